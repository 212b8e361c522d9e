"""The group that the sub-commands of `tombola data` enter."""

from tombola.cli.terminal.app import app
from tombola.cli.terminal.help import Program

group = Program(help="Tasks, formats, examples, checks, export.", invoke_without_command=True)
app.add_typer(group, name="data")
