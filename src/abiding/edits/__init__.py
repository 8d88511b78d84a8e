"""Edits of a project's pyproject.toml: it is made to use abiding, or freed of it; every comment stays where it was."""
