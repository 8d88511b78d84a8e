"""One release: its artifacts compared, judged by the rules, and brought to a verdict."""
