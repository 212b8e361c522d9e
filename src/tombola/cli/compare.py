"""`tombola compare`: two models on the same text."""

from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Folder, Json
from tombola.cli.terminal.screen import interval, line, table

if TYPE_CHECKING:
    from tombola.verbs import Comparison


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="Hub id, folder, or ticket.")],
    b: Annotated[str, typer.Argument(help="Another one.")],
    task: Annotated[str, typer.Option(help="Task whose dev split both read.")],
    folder: Folder = None,
    examples: Annotated[int | None, typer.Option(min=1, help="Examples [all].")] = None,
    measure: Annotated[str, typer.Option(help="debiased or as_published.")] = "debiased",
    as_json: Json = False,
) -> None:
    """Compare two models' answers and layers on the same text."""
    found = verbs.compare(a, b, task, folder, examples=examples, measure=measure)
    answer(found, as_json, _comparison)


def _comparison(found: "Comparison") -> None:
    """Answers and layers of two models."""
    if found.behaviour is None:
        line("no answers to compare: one of the models has no head for a task")
    else:
        for key, value in found.to_dict()["behaviour"].items():
            shown = f"{value:.4f}" if isinstance(value, float) else str(value)
            line(f"{key.replace('_', ' ')}: {shown}")
    rows = [
        (
            row.stack,
            str(row.dense_layer),
            f"{row.value:.4f}",
            interval(row.low, row.high),
            f"{row.noise_floor:.4f}",
            f"{row.n:,}",
        )
        for row in found.layers
        if row.dense_layer == row.sparse_layer
    ]
    heads = ("stack", "layer", "similarity", "95% interval", "noise floor", "n tokens")
    table(heads, rows, right=(1, 2, 3, 4, 5))
