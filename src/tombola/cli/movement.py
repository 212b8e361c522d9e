"""`tombola movement`: how far weights move in the order of their magnitudes."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Model, Plugins, a_model
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.verbs import MovementBetween

Binned = Literal["start", "as_published"]


@app.command()
def movement(
    a: Model,
    b: Annotated[str, a_model("Another one of the same body.")],
    sets: Annotated[str, typer.Option(help="Parameter sets, with commas.")] = "matrices,pooler",
    binned: Annotated[
        Binned, typer.Option(help="By the rank weights begin at, or as_published.")
    ] = "start",
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Show how far weights move in the order of magnitudes between two checkpoints."""
    chosen = [name.strip() for name in sets.split(",")]
    found = verbs.movement(a, b, sets=chosen, binned=binned)
    answer(found, as_json, _moved)


def _moved(found: "MovementBetween") -> None:
    """Every matrix, all together, and who moves."""
    rows = [
        (each.name or "all together", f"{each.mean:.2%}", f"{each.sd:.2%}", f"{each.n:,}")
        for each in (*found.matrices, found.together)
    ]
    heads = ("matrix", "mean movement", "sd over weights", "n weights")
    table(heads, rows, right=(1, 2, 3))
    said = found.to_dict()
    line(
        f"of the places of a weight's own matrix; orders that know nothing of each other: "
        f"{said['chance']:.1%} ± {said['chance_sd']:.1%}"
    )
    if found.together.mean:
        tenths = found.together.shares.reshape(10, -1).sum(axis=1)
        line(
            "share of all movement, by tenths of rank from the smallest weights on: "
            + " ".join(f"{share:.1%}" for share in tenths)
        )
