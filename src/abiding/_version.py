"""What abiding is published as: its version, and where its documentation is. pyproject.toml says the same."""

__version__ = "0.1.0"
DOCUMENTATION = "https://abiding.readthedocs.io/en/stable/"
