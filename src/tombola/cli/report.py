"""`tombola report`: report.html once more."""

from pathlib import Path
from typing import Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins


@app.command()
def report(
    studies: Annotated[list[Path], typer.Argument(help="A study's folder, or several.")],
    out: Annotated[
        Path | None, typer.Option(help="Where several studies side by side are told.")
    ] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Rebuild figures, tables and report.html from the tables of a study, or of several."""
    path = verbs.build_report(*studies, out=out, plugins=tuple(plugins or ()))
    answer({"report": path}, as_json, lambda found: typer.echo(found["report"]))
