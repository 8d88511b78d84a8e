"""pyproject.toml in meaning: what `[project]` and `[tool.abiding]` say, and what follows for its wheels."""
