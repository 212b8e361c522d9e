"""The recipes that come with tombola."""

from importlib import resources

from tombola import study


def recipes() -> dict[str, str]:
    """The shipped recipes: name to YAML text."""
    return study.shipped()


def recipe_names() -> list[str]:
    """Their names alone, without a look into the files."""
    folder = resources.files("tombola").joinpath("recipes")
    return sorted(
        file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")
    )
