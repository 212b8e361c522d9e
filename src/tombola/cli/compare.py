"""`tombola compare`: models on the same text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.data.knobs import FormatName
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.dissected import dissection
from tombola.cli.terminal.options import Folder, Json
from tombola.cli.terminal.screen import interval, line, table
from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.verbs import Comparison


@app.command()
def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="A B [C …]", help="Hub ids, folders, or tickets.")
    ],
    task: Annotated[
        str | None, typer.Option(help="Task whose dev split two models read: also their answers.")
    ] = None,
    folder: Folder = None,
    data: Annotated[
        Path | None, typer.Option(help="In place of a task a text, a sentence in each line.")
    ] = None,
    target: Annotated[Path | None, typer.Option(help="Its translations, line by line.")] = None,
    labels: Annotated[
        str | None, typer.Option(help="Task of single words whose labels the text has: pos, …")
    ] = None,
    form: FormatName = None,
    train: Annotated[
        Path | None, typer.Option(help="Text for the ranks of words [the data themselves].")
    ] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="Examples [all].")] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="Measure of similarity; with data repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare models' layers on the same text: on a task, also what two of them answer.

    With --data any number of them is dissected: similarity of layers, neurons, attention and heads,
    directions in use, kinds of words, peaks of attention. What cannot be compared is said.
    """
    if (task is None) == (data is None):
        raise UserError("name a --task, or a text as --data")
    if data is not None:
        found = verbs.dissect_models(
            models, data, target=target, labels=labels, format=form, train=train,
            examples=examples, measures=measure or None,
        )  # fmt: skip
        answer(found, as_json, dissection)
        return
    if len(models) != 2 or len(measure or ()) > 1:
        raise UserError("on a task two models are compared, by one measure; more with --data")
    assert task is not None
    (chosen,) = measure or ["debiased"]
    answer(
        verbs.compare(models[0], models[1], task, folder, examples=examples, measure=chosen),
        as_json,
        _comparison,
    )


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
