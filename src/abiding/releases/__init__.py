"""Compare the artifacts of one release, judge them, and give a verdict."""
