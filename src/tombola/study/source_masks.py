"""Which of a recipe's models are tickets, and what holds them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tombola import anatomy, masks, tickets
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.study.recipe import Model

if TYPE_CHECKING:
    from tombola.masks import Mask

Held = Literal["", "mask", "zeros"]
"""What says which weights of a model are pruned: nothing, its mask, or that they are zero."""
SHARE = 0.01
"""Of the matrices; fewer zeros are by chance, or by rounding."""


def held_by(choice: Model, source: str) -> Held:
    """What holds a loaded model that training begins with; `source` is its folder.

    Raises UserError where it has zeros but no mask, and the recipe does not say what to do.
    """
    if choice.mask == "grows" or (choice.redrawn and choice.mask is None):
        return ""
    if (Path(source) / MASK_FILE).is_file():
        return "mask"
    zeros = anatomy.inspect(source).sets["matrices"].sparsity or 0.0
    if choice.mask == "kept":
        return "zeros"
    if zeros >= SHARE:
        raise UserError(
            f"{zeros:.1%} of the weights in its matrices are zero, and there is no "
            f"{MASK_FILE}: say `mask: kept` if they are pruned and shall stay so, "
            "`mask: grows` if they may grow"
        )
    return ""


def mask_of_source(held: Held, source: str, model: Any) -> "Mask | None":
    """The mask of a loaded model by the names that it has with the head of a task."""
    if held == "mask":
        return tickets.mask_in(Path(source), model)
    if held == "zeros":
        body = anatomy.anatomy(model)
        return masks.zeros_of(model, masks.prunable(body))
    return None
