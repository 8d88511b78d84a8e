"""Files of this machine: opened only if they are plain, read only below a folder, written whole or not at all."""
