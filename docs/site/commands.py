"""The command line, as each command's own help says it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app

INTRODUCTION = """\
# Command line

`tombola VERB -h` says the same in a terminal. Every verb that answers has `--json`; bad input is
one line on standard error and exit code 2. `python -m tombola` is the same program, and
`tombola --install-completion` [completes](../install.md#completion) verbs, options and recipes.
"""
WIDTH = 84


def page(_: Path) -> str:
    """Help of every command, below its name."""
    lines = [INTRODUCTION]
    for name, text in helps():
        lines += [f"## {name}", "", "```text", text, "```", ""]
    return "\n".join(lines)


def helps() -> Iterator[tuple[str, str]]:
    """Every command by its whole name, and its help."""
    find_verbs()
    yield from _of(typer.main.get_command(app), "tombola", None)


def _of(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    more = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = command.context_class(command, info_name=name, parent=parent, **more)
    path = context.command_path
    yield path, command.get_help(context).rstrip()
    for each, below in sorted(getattr(command, "commands", {}).items()):
        yield from _of(below, each, context)
