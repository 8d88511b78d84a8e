"""What was found, as values: findings, the errors that carry them, and how they are written on a screen."""
