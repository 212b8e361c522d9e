"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tombola.plugins import load_plugins
from tombola.reach import at_hand

T = TypeVar("T", str | None, list[str])


def here(given: T) -> T:
    """Models as they were named. Raises UserError at once for what would have to be fetched now."""
    for each in given if isinstance(given, list) else [given]:
        if each is not None:
            at_hand(each)
    return given


def loaded(files: list[Path] | None) -> list[Path] | None:
    """Plug-ins, once they are loaded. Raises UserError where one fails."""
    load_plugins(files or ())
    return files


Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Folder = Annotated[Path | None, typer.Option(help="Folder with the task's files.")]
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        callback=loaded,
        is_eager=True,  # what it enters may be named by any other option
        help="Your own things; repeatable.",
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
