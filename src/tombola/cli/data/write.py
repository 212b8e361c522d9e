"""`tombola data write`: the built-in language in files."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.data.group import group
from tombola.cli.data.knobs import Knobs, parse_knobs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json, Plugins, Seed
from tombola.cli.terminal.screen import table

if TYPE_CHECKING:
    from tombola.tasks.data import Written


@group.command("write")
def data_write(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    forms: Annotated[
        list[str] | None, typer.Option("--as", help="conllu, trees, glue, …; repeatable [all].")
    ] = None,
    train: Annotated[int, typer.Option("-n", "--train", min=1, help="Training texts.")] = 1000,
    dev: Annotated[int, typer.Option(min=1, help="Texts of the dev split.")] = 100,
    test: Annotated[int, typer.Option(min=1, help="Texts of the test split.")] = 100,
    seed: Seed = 0,
    knobs: Knobs = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Write the built-in language out, so that other tools can read it."""
    sizes = {"train": train, "dev": dev, "test": test}
    found = verbs.write_data(out, tuple(forms or ()), **sizes, seed=seed, knobs=parse_knobs(knobs))
    answer(found, as_json, _written)


def _written(found: Iterable["Written"]) -> None:
    """Files that were written."""
    rows = [(one.path, one.form, f"{one.n:,}") for one in found]
    table(("file", "form", "n"), rows, right=(2,))
