"""Sdists and wheels of a release, each with its metadata and held against itself: on disk, and on an index."""
