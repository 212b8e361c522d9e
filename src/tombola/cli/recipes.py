"""`tombola recipes`: what is shipped."""

from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.help import Program
from tombola.cli.terminal.options import Json, Plugins
from tombola.cli.terminal.screen import line, table
from tombola.errors import UserError, allowed_for

if TYPE_CHECKING:
    from tombola.study import Section

group = Program(help="The shipped recipes.", invoke_without_command=True)
app.add_typer(group, name="recipes")


@group.callback()
def recipes(context: typer.Context, as_json: Json = False) -> None:
    """List the shipped recipes; `show NAME` prints one, `keys` says what a recipe may hold."""
    if context.invoked_subcommand:
        return
    found = verbs.recipes()
    answer(found, as_json, _recipes)


@group.command("show")
def recipes_show(name: Annotated[str, typer.Argument(help="A shipped recipe.")]) -> None:
    """Print a shipped recipe, to read or to start one's own from."""
    found = verbs.recipes()
    if name not in found:
        raise UserError(f"no recipe {name!r}; {allowed_for(name, found)}")
    typer.echo(found[name].rstrip())


@group.command("keys")
def recipes_keys(
    sections: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SECTION]...", help="recipe, task, model, or a kind of step: train, rounds, …"
        ),
    ] = None,
    plugins: Plugins = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print them as a page of Markdown.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What the keys of a recipe are; without a name, which sections there are."""
    found = verbs.recipe_keys(*sections or (), plugins=tuple(plugins or ()))
    if markdown:
        from tombola.study import keys_markdown

        typer.echo(keys_markdown(found.values()).rstrip())
    else:
        answer(found, as_json, _sections if not sections else _keys)


def _sections(found: "dict[str, Section]") -> None:
    """Names of sections, with what they are."""
    table(("section", "about"), [(each.name, each.about) for each in found.values()])
    line("tombola recipes keys SECTION says what its keys are")


def _keys(found: "dict[str, Section]") -> None:
    """The keys of some sections, each with what it may be and what it means."""
    for section in found.values():
        line(f"{section.name}: {section.about}")
        for key in section.keys:
            default = "required" if key.default is None else f"default {key.default}"
            line(f"\n  {key.name}: {key.allowed} ({default})")
            for text in wrap(key.meaning, 94):
                line(f"      {text}")
        line("")


def _recipes(found: dict[str, str]) -> None:
    """Names and titles of recipes."""
    table(("recipe", "title"), [(k, str(yaml.safe_load(v)["title"])) for k, v in found.items()])
    line("tombola recipes show NAME prints one; tombola run NAME runs it")
