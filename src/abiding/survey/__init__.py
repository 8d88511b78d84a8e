"""Check many releases at once, as a table, by the same rules as a single one."""
