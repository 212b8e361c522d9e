"""`tombola status`: how a study stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.screen import line, table
from tombola.durations import duration

if TYPE_CHECKING:
    from tombola.study import Status


@app.command()
def status(
    out: Annotated[Path, typer.Argument(help="A study's folder.")],
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """What of a study is done, running, failed and left, and how long it takes."""
    found = verbs.status(out, plugins=tuple(plugins or ()))
    answer(found, as_json, _status)


def _status(found: "Status") -> None:
    """How a study stands."""
    counts = ", ".join(f"{n} {state}" for state, n in found.to_dict()["counts"].items() if n)
    line(f"{found.out}: {counts} of {len(found.stages)} stages")
    left = found.seconds_left
    line(
        f"work done {duration(found.seconds_spent)}, left "
        + ("unknown" if left is None else f"about {duration(left)}")
        + " (added up over processes)"
    )
    rows = [
        (
            each.state,
            each.stage.title,
            f"step {each.step:,} of {each.total:,}" if each.total else each.why,
        )
        for each in found.stages
        if each.state != "done"
    ]
    if rows:
        table(("state", "stage", ""), rows)
