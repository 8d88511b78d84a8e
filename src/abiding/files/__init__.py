"""Files of this machine: only plain ones are opened, and they are written whole or not at all."""
