"""`tombola sweep`: how sparse a trained model gets before it loses too much."""

import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Json, Plugins, a_model
from tombola.cli.terminal.screen import line, table
from tombola.durations import duration
from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.verbs import Swept

ROLES = {
    "full": "the model given",
    "as-long": "the same, trained on",
    "drawn": "{} pruned",
    "control": "{} pruned by lot",
}


@app.command()
@asking()
def sweep(
    model: Annotated[
        str, a_model("A fine-tuned model: hub id, folder, ticket, or stage: DIR:step/….")
    ],
    said: Said,
    max_loss: Annotated[
        str,
        typer.Option(
            metavar="LOSS", help="Most that may be lost: 1% of the score, or 0.01 in its units."
        ),
    ] = "1%",
    criterion: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What scores weights [magnitude], or with --parts those [gate]."
        ),
    ] = None,
    parts: Annotated[
        str | None, typer.Option(metavar="heads,mlps", help="Prune whole heads, MLPs, or both.")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="Where scores compete: global, stack, layer, block, matrix, head.")
    ] = "global",
    sets: Annotated[str, typer.Option(help="Parameter sets, with commas.")] = "matrices",
    grid: Annotated[
        str | None, typer.Option(metavar="10%,20%,…", help="Shares to try [5% to 95%].")
    ] = None,
    bisection: Annotated[
        bool, typer.Option("--bisection", help="Halve the range instead: fewer models are scored.")
    ] = False,
    control: Annotated[
        bool, typer.Option("--control/--no-control", help="Prune as much by lot, too.")
    ] = True,
    retrain: Annotated[
        float | None, typer.Option(metavar="EPOCHS", help="Train each pruned model so long [not].")
    ] = None,
    learning_rate: Annotated[
        float, typer.Option(min=0, help="Peak learning rate of that training.")
    ] = 5e-5,
    batch_size: Annotated[int, typer.Option(min=1, help="Examples at a time.")] = 32,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads [all].")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="For ticket, tables and report [runs/sweep-…]."),
    ] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Say how sparse a fine-tuned model gets before it loses more than is allowed.

    One half of the examples chooses the size, the other half says what it costs, with an interval.
    The same command goes on where it was interrupted.
    """
    progress = _Progress(quiet=as_json)
    found = verbs.sweep(
        model,
        said.task,
        said.folder,
        criterion=criterion,
        parts=parts or (),
        max_loss=max_loss,
        grid=_grid(grid),
        bisection=bisection,
        control=control,
        retrain=None if retrain is None else _training(retrain, learning_rate),
        scope=scope,
        sets=sets,
        batch_size=batch_size,
        threads=threads,
        out=out,
        plugins=tuple(plugins or ()),
        command=shlex.join(["tombola", *sys.argv[1:]]),
        heard=progress.heard,
        **said.more,
    )
    answer(found, as_json, _swept)


class _Progress:
    """A line for each model that was scored, on stderr."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._began = time.monotonic()
        self._first = 0

    def heard(self, record: Mapping[str, Any], done: int, total: int) -> None:
        """One more is scored."""
        if self._quiet:
            return
        self._first = self._first or done
        each = (time.monotonic() - self._began) / max(done - self._first + 1, 1)
        left = f", about {duration(each * (total - done))} left" if done < total else ""
        what = ROLES[record["role"]].format(f"{100 * record['level']:.3g}%")
        score = "undefined" if record["choice"] is None else f"{record['choice']:.3f}"
        typer.echo(f"{done}/{total} {what}: {score} on examples that choose{left}", err=True)


def _swept(found: "Swept") -> None:
    """The answer, the sizes, and where the rest is."""
    for sentence in found.sentences:
        line(sentence)
    shown = found.table
    table(shown.header, shown.rows, right=tuple(range(len(shown.header))))
    line(shown.note)
    for note in found.notes:
        line(f"note: {note}")
    if found.folder is not None:
        line(f"ticket: {found.folder}")
    line(f"report: {found.report}")


def _grid(text: str | None) -> list[float] | None:
    """Shares with commas, as numbers or per cent."""
    if text is None:
        return None
    found = []
    for each in (part.strip() for part in text.split(",")):
        try:
            share = float(each.removesuffix("%")) / (100 if each.endswith("%") else 1)
        except ValueError:
            raise UserError(f"--grid: shares such as 0.1,0.2 or 10%,20%, not {each!r}") from None
        found.append(share)
    return found


def _training(epochs: float, learning_rate: float) -> dict[str, Any]:
    return {"epochs": epochs, "learning_rate": learning_rate, "warmup": 0.1}
