"""Options that several sub-commands of `tombola data` share."""

import json
from typing import Annotated, Any

import typer

from tombola.errors import UserError

FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME[:COLUMNS]",
        help="As columns:words,_,names [what the content tells].",
    ),
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Leave out what cannot be read; say how much and which.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what is odd, too.")]
Knobs = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KNOB=VALUE", help="Of the built-in language; repeatable."),
]


def parse_knobs(changes: list[str] | None) -> dict[str, Any] | None:
    """Knob to value. Raises UserError for what is no number."""
    if changes is None:
        return None
    knobs = {}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            knobs[name] = json.loads(value)
        except ValueError:
            raise UserError(f"--set {change}: expected KNOB=NUMBER") from None
    return knobs
