"""`tombola data check`: whether a file is what it should be."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.command import BAD_INPUT
from tombola.cli.data.group import group
from tombola.cli.data.knobs import FormatName, Strict
from tombola.cli.data.met import met
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json, Plugins, Seed
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.tasks.data import Checked


@group.command("check")
def data_check(
    file: Annotated[Path, typer.Argument(help="A file, or a task's folder.")],
    form: FormatName = None,
    task: Annotated[str | None, typer.Option(help="Demand what this task needs.")] = None,
    seed: Seed = 0,
    strict: Strict = False,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Read all of a file and say what it holds, and all that is wrong with it.

    Where something is, it ends with the code of bad input, 2.
    """
    found = verbs.check_data(file, format=form, task=task, seed=seed, strict=strict)
    answer(found, as_json, _checked)
    if any(one.n_bad for one in found):
        raise typer.Exit(BAD_INPUT)


def _checked(found: Iterable["Checked"]) -> None:
    """What a file holds."""
    for i, one in enumerate(found):
        if i:
            line("")
        longest = f", the longest of {one.longest:,}" if one.longest else ""
        sure = f" ({one.sure})" if one.sure else ""
        size = f"{one.n_texts:,} texts, {one.n_words:,} words{longest}"
        line(f"{one.path}: {one.format}{sure}: {size}")
        met(one.format, one.odd, one.n_bad, one.bad, beside=False)
        if one.layers:
            layers = [(name.replace("_", " "), f"{n:,}") for name, n in one.layers.items()]
            table(("layer", "texts"), layers, right=(1,))
        if one.tasks:
            rows = [
                (name, f"{n:,}", f"{one.labels[name]:,}" if name in one.labels else "numbers")
                for name, n in one.tasks.items()
            ]
            table(("task", "labelled", "labels"), rows, right=(1, 2))
