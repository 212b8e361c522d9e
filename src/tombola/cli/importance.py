"""`tombola importance`: how much each head and MLP matters."""

from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Json, Model, Plugins
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.verbs import Importances


@app.command()
@asking()
def importance(
    model: Model,
    said: Said,
    score: Annotated[
        list[str] | None,
        typer.Option(help="gate, token, activation or magnitude [gate]; repeatable."),
    ] = None,
    per: Annotated[
        str, typer.Option(help="Gradients of gates: example, batch or as_published.")
    ] = "example",
    norm: Annotated[str, typer.Option(help="l2-min-max, l2, min-max or none.")] = "l2-min-max",
    split: Annotated[
        str, typer.Option(help="Examples that are read: dev, train; of your data any split.")
    ] = "dev",
    batch_size: Annotated[int, typer.Option(min=1, help="Examples at a time.")] = 32,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Say how much each head and MLP matters for a task."""
    found = verbs.importance(
        model,
        said.task,
        said.folder,
        score=score or ["gate"],
        per=per,
        norm=norm,
        split=split,
        batch_size=batch_size,
        **said.more,
    )
    answer(found, as_json, _importances)


def _importances(found: "Importances") -> None:
    """Two tables for each score, of heads and of MLPs; then how far scores rank alike."""
    for note in found.notes:
        line(f"note: {note}")
    for each in found.found:
        of = f" ({each.per})" if each.per else ""
        line(f"{each.score}{of}, n = {each.n:,}, normed: {found.norm}")
        normed = each.normed(found.norm)
        most = max((len(heads) for heads in normed.heads.values()), default=0)
        rows = [
            (block, *(f"{value:.3g}" for value in heads.tolist()))
            for block, heads in normed.heads.items()
        ]
        filled = [(*row, *[""] * (1 + most - len(row))) for row in rows]
        table(("heads", *map(str, range(most))), filled, right=tuple(range(1, most + 1)))
        mlps = [
            (block, f"{value:.3g}", f"{float(each.mlps[block]):.3g}")
            for block, value in ((name, float(v)) for name, v in normed.mlps.items())
        ]
        table(("MLPs", "normed", "value"), mlps, right=(1, 2))
    if found.agreement:
        ranks = [
            (f"{a.a} and {a.b}", a.parts, f"{a.n:,}", f"{a.spearman:.3f}", f"{a.kendall:.3f}")
            for a in found.agreement
        ]
        table(("ranks of", "", "n", "Spearman", "Kendall"), ranks, right=(2, 3, 4))
