"""Edit a project's pyproject.toml to add or remove abiding; comments and layout are kept."""
