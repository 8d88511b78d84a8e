"""Sdists and wheels with their metadata, from disk or from an index, each checked by itself."""
