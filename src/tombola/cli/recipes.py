"""`tombola recipes`: what is shipped."""

from typing import Annotated

import typer
import yaml

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.help import Program
from tombola.cli.terminal.options import Json
from tombola.cli.terminal.screen import line, table
from tombola.errors import UserError

group = Program(help="The shipped recipes.", invoke_without_command=True)
app.add_typer(group, name="recipes")


@group.callback()
def recipes(context: typer.Context, as_json: Json = False) -> None:
    """List the shipped recipes; `tombola recipes show NAME` prints one."""
    if context.invoked_subcommand:
        return
    found = verbs.recipes()
    answer(found, as_json, _recipes)


@group.command("show")
def recipes_show(name: Annotated[str, typer.Argument(help="A shipped recipe.")]) -> None:
    """Print a shipped recipe, to read or to start one's own from."""
    found = verbs.recipes()
    if name not in found:
        raise UserError(f"no recipe {name!r}; shipped: {', '.join(found)}")
    typer.echo(found[name].rstrip())


def _recipes(found: dict[str, str]) -> None:
    """Names and titles of recipes."""
    table(("recipe", "title"), [(k, str(yaml.safe_load(v)["title"])) for k, v in found.items()])
    line("tombola recipes show NAME prints one; tombola run NAME runs it")
