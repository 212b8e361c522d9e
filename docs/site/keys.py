"""Every key of a recipe."""

from pathlib import Path

from tombola.study import keys_markdown, recipe_sections


def page(_: Path) -> str:
    """As `tombola recipes keys --markdown` says it."""
    return keys_markdown(recipe_sections().values())
