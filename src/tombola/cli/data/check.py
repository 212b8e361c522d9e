"""`tombola data check`: whether a file is what it should be."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.data.group import group
from tombola.cli.data.knobs import FormatName
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json, Seed
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.tasks.data import Checked


@group.command("check")
def data_check(
    file: Annotated[Path, typer.Argument(help="A file, or a task's folder.")],
    form: FormatName = None,
    task: Annotated[str | None, typer.Option(help="Demand what this task needs.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Read all of a file and say what it holds, or what is wrong."""
    found = verbs.check_data(file, format=form, task=task, seed=seed)
    answer(found, as_json, _checked)


def _checked(found: Iterable["Checked"]) -> None:
    """What a file holds."""
    for i, one in enumerate(found):
        if i:
            line("")
        longest = f", the longest of {one.longest:,}" if one.longest else ""
        line(f"{one.path}: {one.format}: {one.n_texts:,} texts, {one.n_words:,} words{longest}")
        if one.layers:
            layers = [(name.replace("_", " "), f"{n:,}") for name, n in one.layers.items()]
            table(("layer", "texts"), layers, right=(1,))
        if one.tasks:
            rows = [
                (name, f"{n:,}", f"{one.labels[name]:,}" if name in one.labels else "numbers")
                for name, n in one.tasks.items()
            ]
            table(("task", "labelled", "labels"), rows, right=(1, 2))
