"""Findings, the errors that carry them, and how both are printed."""
