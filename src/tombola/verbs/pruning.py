"""A ticket in one shot."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import masks, tickets
from tombola.settings import validate

if TYPE_CHECKING:
    import torch

    from tombola.tickets import Ticket


def prune(
    model: "torch.nn.Module | str | Path",
    amount: float,
    *,
    criterion: str = "magnitude",
    scope: str = "global",
    sets: tuple[str, ...] = ("matrices",),
    of: str = "remaining",
    seed: int = 0,
) -> "Ticket":
    """Draw a ticket in one shot: the lowest scores go.

    Args:
        model: a model (pruned in place), or where to load one from; a ticket is pruned further.
        amount: share to prune, 0 to 1.
        criterion: what scores the weights: magnitude or random.
        scope: within what the scores compete: global, stack, layer, block, matrix or head; or a
            pattern such as 2:4.
        sets: parameter sets to prune.
        of: what `amount` is a share of: remaining, original, or target (the sparsity to reach).
        seed: of random scores.

    Raises:
        UserError: a share outside 0 to 1, an unknown name, a score that is not a number.
    """
    settings = {"amount": amount, "scope": scope, "sets": sets, "of": of}
    pruning = validate(tickets.Pruning, settings)
    named = isinstance(model, str | Path)
    ticket = tickets.load(model) if isinstance(model, str | Path) else tickets.Ticket(model, None)
    mask = tickets.draw(ticket.model, pruning, criterion, ticket.mask, seed)
    masks.apply(ticket.model, mask)
    drawn = {**settings, "criterion": criterion, "seed": seed, "mask": mask.digest}
    provenance = {**ticket.provenance, "source": str(model) if named else "", "drawn": drawn}
    return tickets.Ticket(ticket.model, mask, ticket.tokenizer, provenance)
