"""`tombola evaluate`: how well a model does a task."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Json, Model, Plugins
from tombola.cli.terminal.screen import interval, line, table

if TYPE_CHECKING:
    from tombola.verbs import Evaluation


@app.command()
@asking()
def evaluate(
    model: Model,
    said: Said,
    batch_size: Annotated[int, typer.Option(min=1, help="Examples at a time.")] = 32,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Answers into .csv, .jsonl or .parquet.")
    ] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Score a model on your own data, or on a task: score, interval, chance, what was cut.

    Classes are matched by name, whatever order the model has them in.
    """
    found = verbs.evaluate(
        model,
        said.task,
        said.folder,
        batch_size=batch_size,
        predictions=predictions,
        **said.more,
    )
    answer(found, as_json, _evaluation)


def _evaluation(found: "Evaluation") -> None:
    """A row for each metric, and what is to be known."""
    scores = [found.score, *found.further]
    table(
        ("metric", "score", "95% interval", "chance", "n", "cut", "unknown"),
        [
            (
                one.metric,
                _number(one.value),
                interval(one.low, one.high),
                "" if one.chance is None else _number(one.chance),
                f"{one.n:,}",
                f"{found.cut:,}",
                f"{found.unknown:.1%}",
            )
            for one in scores
        ],
        right=(1, 2, 3, 4, 5, 6),
    )
    for one in scores:
        if one.reason:
            line(f"{one.metric} is undefined: {one.reason}")
    for note in found.notes:
        line(f"note: {note}")


def _number(value: float) -> str:
    return f"{value:.4f}" if value == value else "–"
