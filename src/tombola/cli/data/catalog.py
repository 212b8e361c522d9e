"""`tombola data`: what there is."""

from typing import TYPE_CHECKING

import typer

from tombola import verbs
from tombola.cli.data.group import group
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.tasks.data import Catalog


@group.callback()
def data(context: typer.Context, as_json: Json = False) -> None:
    """List tasks, formats that are read, and forms that are written."""
    if context.invoked_subcommand:
        return
    found = verbs.data()
    answer(found, as_json, _catalog)


def _catalog(found: "Catalog") -> None:
    """Tasks, formats and forms."""
    table(
        ("word task", "", "from formats"),
        [(task["name"], task["about"], ", ".join(task["formats"])) for task in found.word_tasks],
    )
    line("")
    table(("other task", "needs"), [(task["name"], task["needs"]) for task in found.tasks])
    line("")
    table(
        ("format read", "", "usual endings"),
        [(each["name"], each["about"], " ".join(each["endings"])) for each in found.formats],
    )
    line("")
    table(
        ("form written", "", "ending"),
        [(each["name"], each["about"], each["ending"]) for each in found.forms],
    )
