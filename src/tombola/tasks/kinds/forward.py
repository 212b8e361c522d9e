"""A batch through a model, without its labels."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor, nn

from tombola.errors import UserError


def unlabelled(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A batch without its labels: with them, a model computes a loss of its own."""
    return {name: value for name, value in batch.items() if name != "labels"}


def logits(model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
    """The model's outputs, `[batch, labels]` or `[batch, tokens, labels]`."""
    out: Any = model(**unlabelled(batch))
    found: Tensor = out.logits
    return found


def chosen(outputs: Float[Tensor, "*examples classes"]) -> Int[Tensor, "*examples"]:
    """The class with the highest logit; of equal ones, the first.

    Raises UserError for NaN, of which the first would be the highest.
    """
    check_numbers(outputs)
    return outputs.argmax(-1)


def check_numbers(outputs: Tensor) -> None:
    """Raise UserError where a model's outputs hold NaN: whatever is made of them is no answer."""
    if bool(outputs.isnan().any()):
        raise UserError("what the model answers is not a number (NaN): it has no score")
