"""How far weights move in the order of their magnitudes, from one checkpoint to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import anatomy, dissect, masks, tickets
from tombola.dissect.weights.movement import CHANCE, CHANCE_SD, Binned
from tombola.errors import UserError
from tombola.results import Record, Result
from tombola.verbs.live import as_ticket

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, repr=False)
class MovementBetween(Result):
    """The movement between two checkpoints: all matrices together, and each."""

    together: dissect.Movement
    matrices: tuple[dissect.Movement, ...]

    def lines(self) -> tuple[str, ...]:
        """How far weights moved, beside chance."""
        one = self.together
        return (
            f"weights move {one.mean:.4f} ± {one.sd:.4f} in the order of magnitudes (chance "
            f"{CHANCE:.4f} ± {CHANCE_SD:.4f}), n = {one.n:,}",
        )

    def records(self) -> list[Record]:
        """A row for each matrix."""
        return [{"name": m.name, "n": m.n, "mean": m.mean, "sd": m.sd} for m in self.matrices]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "chance": CHANCE,
            "chance_sd": CHANCE_SD,
            **_plain(self.together),
            "matrices": [{"name": each.name, **_plain(each)} for each in self.matrices],
        }


def movement(
    a: "torch.nn.Module | tickets.Ticket | str | Path",
    b: "torch.nn.Module | tickets.Ticket | str | Path",
    *,
    sets: str | Sequence[str] = ("matrices", "pooler"),
    never: Sequence[str] = (),
    binned: Binned = "start",
) -> MovementBetween:
    """How far each weight moves in its matrix's order of magnitudes, from one model to another.

    Both models are in memory, and what is sorted of one matrix at a time.

    Args:
        a: the first model, or where to load it from: a folder, a ticket, a hub id.
        b: the second one, of the same body; task heads may differ.
        sets: parameter sets whose matrices are ranked; vectors are not.
        never: shell patterns of parameter names to leave out.
        binned: `start` shows movement by the rank that weights begin at; `as_published` by the
            one that they end at.

    Raises:
        UserError: no such model, two bodies, shapes or tokenizers, an unknown set.
    """
    first, second = as_ticket(a), as_ticket(b)
    sets = (sets,) if isinstance(sets, str) else sets
    called = a if isinstance(a, str | Path) else type(first.model).__name__
    read = [each.tokenizer for each in (first, second) if each.tokenizer is not None]
    if len(read) == 2 and read[0].get_vocab() != read[1].get_vocab():
        raise UserError(
            f"{called} and the other have different tokenizers: their weights do not pair"
        )
    body = anatomy.anatomy(first.model)
    chosen = [p for p in masks.prunable(body, tuple(sets), never=tuple(never)) if len(p.shape) > 1]
    if not chosen:
        raise UserError(f"{called}: has no matrices of the sets {', '.join(sets)}")
    found = dissect.movements(first.model, second.model, chosen, binned=binned)
    return MovementBetween(dissect.pooled(found), tuple(found))


def _plain(found: dissect.Movement) -> dict[str, Any]:
    return {
        "n": found.n,
        "mean": found.mean,
        "sd": found.sd,
        "shares": [float(share) for share in found.shares],
    }
