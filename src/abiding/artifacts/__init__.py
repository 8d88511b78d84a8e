"""Sdists and wheels of a release, each with its metadata: on disk, and on an index."""
