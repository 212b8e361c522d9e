"""The program that verbs enter."""

from typing import Annotated

import typer

import tombola
from tombola.cli.terminal.help import Program

app = Program(
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Draw lottery tickets from Transformers and see what pruning took from them.",
    epilog="""\b
tombola run first-look                 a whole study, from nothing to a report
tombola sweep MODEL --data my.csv      how sparse can this model get?
tombola evaluate MODEL --data my.csv   how good is it?
tombola VERB -h                        says more
""",
)


def _say_version(wanted: bool) -> bool:
    if wanted:
        typer.echo(f"tombola {tombola.__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """What stands before a verb."""
