"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from tombola.plugins import load_plugins
from tombola.reach import at_hand

T = TypeVar("T", str | None, list[str])


def here(given: T) -> T:
    """Models as they were named. Raises UserError at once for what would have to be fetched now."""
    for each in given if isinstance(given, list) else [given]:
        if each is not None and not (":" in each and _names_stage(each)):
            at_hand(each)
    return given


def _names_stage(given: str) -> bool:
    from tombola.verbs.stages import names_stage  # which knows studies: nothing to import for all

    return names_stage(given)


def loaded(files: list[Path] | None) -> list[Path] | None:
    """Plug-ins, once they are loaded. Raises UserError where one fails."""
    load_plugins(files or ())
    return files


def begun(given: str) -> list[str]:
    """Stages that begin so, for completion in a shell."""
    from tombola.verbs.stages import stages_begun

    return stages_begun(given)


def a_model(said: str, **more: Any) -> Any:
    """An argument that names a model, or several."""
    return typer.Argument(callback=here, autocompletion=begun, help=said, **more)


Model = Annotated[str, a_model("Hub id, folder, ticket, or stage of a study: DIR:step/….")]
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
