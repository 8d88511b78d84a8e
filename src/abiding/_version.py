"""The version of abiding and the address of its documentation; pyproject.toml has the same."""

__version__ = "0.1.0"
DOCUMENTATION = "https://abiding.readthedocs.io/en/stable/"
