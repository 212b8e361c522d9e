"""The program that verbs enter."""

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Draw lottery tickets from Transformers and see what pruning took from them.",
)
