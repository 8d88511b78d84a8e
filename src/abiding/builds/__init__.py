"""A call of one build hook, from the source to the file that is handed over."""
