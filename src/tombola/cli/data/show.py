"""`tombola data show`: a few examples."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.data.group import group
from tombola.cli.data.knobs import FormatName, Knobs, SkipBad, parse_knobs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json, Plugins, Seed
from tombola.cli.terminal.screen import line

if TYPE_CHECKING:
    from tombola.tasks.data import Shown


@group.command("show")
def data_show(
    task: Annotated[str, typer.Argument(help="A task; `tombola data` lists them.")],
    file: Annotated[Path | None, typer.Argument(help="File or folder [built-in].")] = None,
    form: FormatName = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Examples.")] = 3,
    seed: Seed = 0,
    knobs: Knobs = None,
    skip_bad: SkipBad = False,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Show a few examples with their labels."""
    found = verbs.show_data(
        task, file, format=form, n=n, seed=seed, knobs=parse_knobs(knobs), skip_bad=skip_bad
    )
    answer(found, as_json, _examples)


def _examples(found: Iterable["Shown"]) -> None:
    """Examples, one below the other."""
    for i, one in enumerate(found):
        if i:
            line("")
        for text in (one.where, *one.drawing):
            line(text)
