"""`tombola prune`: a ticket in one shot."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Json, Model, Plugins, Seed
from tombola.cli.terminal.screen import line
from tombola.errors import UserError
from tombola.files import as_path, is_taken

if TYPE_CHECKING:
    from tombola.tickets import Ticket


@app.command()
@asking("metric")
def prune(
    model: Model,
    out: Annotated[Path, typer.Option(help="Folder for the ticket.")],
    said: Said,
    amount: Annotated[float, typer.Option(help="Share to prune, 0 to 1.")],
    criterion: Annotated[
        str,
        typer.Option(help="magnitude, random; or one that reads examples: snip, fisher, wanda, …"),
    ] = "magnitude",
    scope: Annotated[
        str, typer.Option(help="global, stack, layer, block, matrix, head, or 2:4.")
    ] = "global",
    sets: Annotated[str, typer.Option(help="Parameter sets, with commas.")] = "matrices",
    of: Annotated[str, typer.Option(help="remaining, original or target.")] = "remaining",
    seed: Seed = 0,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Draw a ticket from any checkpoint in one shot."""
    out = as_path(out)
    if is_taken(out):
        raise UserError(f"{out}: exists already; choose another --out")
    chosen = tuple(name.strip() for name in sets.split(","))
    ticket = verbs.prune(
        model,
        amount,
        criterion=criterion,
        scope=scope,
        sets=chosen,
        of=of,
        seed=seed,
        task=said.task,
        folder=said.folder,
        **said.more,
    )
    ticket.save(out)
    drawn = {"out": out, **ticket.provenance["drawn"]}
    answer(drawn, as_json, lambda _: _drawn(ticket, out))


def _drawn(ticket: "Ticket", out: Path) -> None:
    """A ticket that was drawn."""
    assert ticket.mask is not None  # it was just drawn
    mask = ticket.mask
    line(
        f"{out}: {mask.n_pruned:,} of {mask.n:,} prunable weights pruned "
        f"({mask.sparsity:.1%}); mask {mask.digest}"
    )
    line("the zeros make the model neither smaller nor faster by themselves")
