"""One hook call, from the source to what is handed over."""
