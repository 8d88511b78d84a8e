"""Bytes: sdists and wheels as archives, read without trust and edited in place (ZIP, tar)."""
