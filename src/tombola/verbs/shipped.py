"""The recipes that come with tombola."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from tombola import study
from tombola.errors import UserError, allowed_for
from tombola.plugins import load_plugins

if TYPE_CHECKING:
    from tombola.study import Section


def recipes() -> dict[str, str]:
    """The shipped recipes: name to YAML text."""
    return study.shipped()


def recipe_names() -> list[str]:
    """Their names alone, without a look into the files."""
    folder = resources.files("tombola").joinpath("recipes")
    return sorted(
        file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")
    )


def recipe_keys(*sections: str, plugins: tuple[str | Path, ...] = ()) -> "dict[str, Section]":
    """What a recipe's keys are, by section: of the recipe, a task, a step that does `train`, …

    Without names every section. `plugins` are files of one's own, whose kinds of steps and criteria
    are then among them. Raises UserError for a section that there is not.
    """
    load_plugins(plugins)
    found = study.recipe_sections()
    for name in sections:
        if name not in found:
            raise UserError(f"no section {name!r}; {allowed_for(name, found)}")
    return {name: found[name] for name in sections or found}
