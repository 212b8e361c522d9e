"""What a model costs: size, latency, throughput."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import cost
from tombola.errors import UserError
from tombola.settings import validate
from tombola.verbs.live import live

if TYPE_CHECKING:
    import torch

    from tombola.cost import Cost
    from tombola.tickets import Ticket


def measure(
    model: "torch.nn.Module | Ticket | str | Path",
    against: "torch.nn.Module | Ticket | str | Path | None" = None,
    *,
    filled: bool = False,
    **settings: Any,
) -> "Cost":
    """How large a model is, and how fast, beside another one where one is given.

    Args:
        model: a model, a ticket, a `Trainer`, a ticket's or a model's folder, a hub id; a
            configuration gets random weights, and the result says so.
        against: what to compare with, in pairs against drift.
        filled: compare with the model itself, its matrices' zeros filled with noise.
        settings: fields of `tombola.cost.CostSettings`: batch_sizes, lengths, new_tokens,
            repeats, warmup, seed, device, dtype, threads.

    Raises:
        UserError: no such model or device, a setting that is not allowed, a text too long for the
            model's positions.
    """
    if filled and against is not None:
        raise UserError("filled compares the model with itself: give it or against, not both")
    chosen = validate(cost.CostSettings, settings)
    this = cost.subject(live(model))
    other = None if against is None else cost.subject(live(against))
    if filled:
        other = cost.without_zeros(this, chosen.seed)
    return cost.measure_cost(this, other, chosen)
