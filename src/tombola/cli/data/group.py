"""The group that the sub-commands of `tombola data` enter."""

import typer

from tombola.cli.terminal.app import app

group = typer.Typer(help="Tasks, formats, examples, checks, export.", invoke_without_command=True)
app.add_typer(group, name="data")
