"""Many releases at once: a table of their metadata, judged by the same rules as one release is."""
