"""A tree."""


def main() -> None:
    """Say hello."""
    print("hello")
