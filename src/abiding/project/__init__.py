"""pyproject.toml: what `[project]` and `[tool.abiding]` mean, and what follows for wheels."""
