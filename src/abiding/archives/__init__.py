"""Sdists and wheels as archives (ZIP, tar), read without trust and edited in place."""
