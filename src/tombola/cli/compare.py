"""`tombola compare`: models on the same text."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.dissected import dissection
from tombola.cli.terminal.options import Json, Plugins, a_model
from tombola.cli.terminal.screen import interval, line, table
from tombola.errors import UserError
from tombola.text.tables import form_of

if TYPE_CHECKING:
    from tombola.verbs import Comparison


@app.command()
@asking()
def compare(
    models: Annotated[
        list[str],
        a_model(
            "Hub ids, folders, tickets, or stages of a study: DIR:step/….", metavar="A B [C …]"
        ),
    ],
    said: Said,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|COLUMN", help="Translations: of a text, a file; of a table, a column."
        ),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Task of single words whose labels the text has: pos, …")
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Text for the ranks of words [the data themselves]."),
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="Measure of similarity; with data repeatable.")
    ] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Compare models on the same text: scores and answers of two on a task, layers of any number.

    Two models are compared on your own table (--data with --text or --label), on a --task, or on
    the task that the first was trained on. With --data of plain text, a sentence in each line, any
    number of models is dissected: similarity of layers, neurons, attention and heads, directions in
    use, kinds of words, peaks of attention. What cannot be compared is said.
    """
    more = dict(said.more)
    if labels is not None or _is_text(more, said.task):
        if "data" not in more:
            raise UserError("labels are of the words of a text: name it as --data")
        _check_of_text(more, said)
        found = verbs.dissect_models(
            models, target=target, labels=labels, train=train, measures=measure or None, **more
        )
        answer(found, as_json, dissection)
        return
    if len(models) != 2 or len(measure or ()) > 1:
        raise UserError("on a task two models are compared, by one measure; more on plain text")
    (chosen,) = measure or ["debiased"]
    if target is not None:
        more["target"] = target
    answer(
        verbs.compare(models[0], models[1], said.task, said.folder, measure=chosen, **more),
        as_json,
        _comparison,
    )


def _check_of_text(more: dict[str, Any], said: Said) -> None:
    """Raise UserError for what is said of a task or a table, where plain text is read."""
    known = inspect.signature(verbs.dissect_models).parameters
    strange = [name for name in more if name not in known]
    strange += ["folder"] * (said.folder is not None) + ["task"] * (said.task is not None)
    if strange:
        raise UserError(f"{strange[0]}: is of a task or a table; {more['data']} is read as text")


def _is_text(more: dict[str, Any], task: str | None) -> bool:
    """Whether data are plain text, and no table whose columns are named or told by its ending."""
    named = {"text", "pair", "label", "kind", "classes", "split", "metric"} & more.keys()
    file = Path(more.get("data", ""))
    return task is None and not named and file.is_file() and form_of(file) is None


def _comparison(found: "Comparison") -> None:
    """Answers and layers of two models."""
    for note in found.notes:
        line(f"note: {note}")
    for which, score in zip(("first", "second"), found.scores, strict=False):
        undefined = f" (undefined: {score.reason})" if score.reason else ""
        line(f"{which}: {score.metric} {_shown(score.value)} {interval(score.low, score.high)}"
             f"{undefined}, n = {score.n:,}")  # fmt: skip
    if found.difference is not None:
        difference = found.difference
        line(f"second less first: {_shown(difference.value)} "
             f"{interval(difference.low, difference.high)}, paired")  # fmt: skip
    if found.behaviour is not None:
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


def _shown(value: float) -> str:
    return f"{value:.4f}" if value == value else "–"
