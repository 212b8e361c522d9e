"""`tombola probe`: a linear probe on every layer."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Folder, Json, Seed
from tombola.cli.terminal.screen import interval, table


@app.command()
def probe(
    model: Annotated[str, typer.Argument(help="Hub id, folder, or ticket.")],
    task: Annotated[str, typer.Option(help="pos or builtin-pos.")] = "builtin-pos",
    folder: Folder = None,
    train: Annotated[int | None, typer.Option(min=1, help="Training sentences [all].")] = None,
    dev: Annotated[int | None, typer.Option(min=1, help="Sentences to score on [all].")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the words, at most.")] = 50,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a linear probe on every layer of a model."""
    found = verbs.probe(model, task, folder, train=train, dev=dev, seed=seed, epochs=epochs)
    answer(found, as_json, _probes)


def _probes(found: Iterable[Any]) -> None:
    """Probe scores by layer."""
    rows = [
        (
            row.stack,
            str(row.layer),
            f"{row.value:.4f}",
            interval(row.low, row.high),
            f"{row.chance:.4f}",
            f"{row.word_baseline:.4f}",
            f"{row.n:,}",
        )
        for row in found
    ]
    heads = ("stack", "layer", "accuracy", "95% interval", "chance", "word baseline", "n words")
    table(heads, rows, right=(1, 2, 3, 4, 5, 6))
