"""`tombola clean`: what of a study's folder may go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.study import Cleaning


@app.command()
def clean(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A study's folder.")],
    keep: Annotated[
        str,
        typer.Option(
            metavar="all|masks|tables",
            help="What stays of finished stages: all; of those that others went on from, masks "
            "without weights; only what tables are made of.",
        ),
    ] = "all",
    really: Annotated[bool, typer.Option("--yes", help="Remove it; else only say it.")] = False,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Say what of a study's folder nothing needs any more, and remove it with --yes."""
    found = verbs.clean(out, keep=keep, really=really, plugins=tuple(plugins or ()))
    answer(found, as_json, _clean)


def _clean(found: "Cleaning") -> None:
    """What may go, or went."""
    for each in found.lines():
        line(each)
    rows = [(each.what, str(each.n), f"{each.bytes / 1e6:,.1f}", each.why) for each in found.found]
    if rows:
        table(("what", "n", "MB", "why"), rows)
    if rows and not found.done:
        line("nothing is removed without --yes")
