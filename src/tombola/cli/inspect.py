"""`tombola inspect`: what a model is made of."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins, a_model
from tombola.errors import UserError
from tombola.files import atomic_file, is_full_disk


@app.command()
def inspect(
    model: Annotated[
        str, a_model("Hub id, folder, ticket, stage (DIR:step/…), or configuration file.")
    ],
    svg: Annotated[Path | None, typer.Option(help="File for a picture, too.")] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """What a model is made of, how many parameters of which kind, and how sparse it is."""
    found = verbs.inspect(model)
    if svg is not None:
        _write(svg, found.svg())
    answer(found, as_json, Console().print)


def _write(path: Path, text: str) -> None:
    try:
        with atomic_file(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as problem:
        if is_full_disk(problem):
            raise
        raise UserError(f"{path}: cannot be written: {problem.strerror}") from None
