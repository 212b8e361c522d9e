"""Gradients of one optimizer step."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from tombola.text.rows import IGNORED
from tombola.training.precision import Precision, Scaler, autocast

Loss = Callable[[torch.nn.Module, Mapping[str, Tensor]], Tensor]
"""The mean loss of a batch, over its labels."""


def backward(
    model: torch.nn.Module,
    batches: Sequence[Mapping[str, Tensor]],
    loss_of: Loss,
    precision: Precision,
    scaler: Scaler,
) -> float:
    """Add the gradients of the mean loss of all batches together, scaled; return that loss, as it
    is.

    The mean is over labels (tokens, or examples where each has one label): a batch counts by how
    many it has. Averaging the means of batches instead, as is often done, gives a token in a short
    batch more weight than one in a long batch.
    """
    device = next(model.parameters()).device
    counts = [n_labels(batch) for batch in batches]
    mean = 0.0
    for batch, n in zip(batches, counts, strict=True):
        there = {name: value.to(device) for name, value in batch.items()}
        with autocast(device, precision):
            loss = loss_of(model, there) * (n / max(sum(counts), 1))
        scaler.scale(loss).backward()
        mean += float(loss.detach())
    return mean


def n_labels(batch: Mapping[str, Tensor]) -> int:
    """What the mean loss of a batch is over: labels that count, or else examples."""
    labels = batch.get("labels")
    if labels is None:
        return len(next(iter(batch.values())))
    return int((labels != IGNORED).sum())
