"""A batch through a model, without its labels."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn


def unlabelled(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A batch without its labels: with them, a model computes a loss of its own."""
    return {name: value for name, value in batch.items() if name != "labels"}


def logits(model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
    """The model's outputs, `[batch, labels]` or `[batch, tokens, labels]`."""
    out: Any = model(**unlabelled(batch))
    found: Tensor = out.logits
    return found
