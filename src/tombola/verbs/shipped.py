"""The recipes that come with tombola."""

from tombola import study


def recipes() -> dict[str, str]:
    """The shipped recipes: name to YAML text."""
    return study.shipped()
