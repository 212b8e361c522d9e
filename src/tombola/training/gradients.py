"""Gradients of one optimizer step."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext

import torch
from torch import Tensor

from tombola.training.precision import Precision, Scaler, autocast
from tombola.training.ranks import Batch, Ranks, n_labels


def backward(
    loss_of: Callable[[Batch], Tensor],
    batches: Sequence[Batch],
    ranks: Ranks,
    device: torch.device,
    precision: Precision,
    scaler: Scaler,
) -> float:
    """Add the gradients of the mean loss of all batches together, scaled; return that loss, as it
    is.

    The mean is over labels (tokens, or examples where each has one label): a batch, or a process's
    part of it, counts by how many it has. Averaging the means of batches instead, as is often done,
    gives a token in a short batch more weight than one in a long batch.

    Args:
        loss_of: as `ranks.wrap` gives it.
        batches: those of the step, all of each.
        ranks: who shares them.
        device: where this process's model is.
        precision: of products.
        scaler: of losses.
    """
    n = max(sum(map(n_labels, batches)), 1)
    mean = 0.0
    for place, batch in enumerate(batches, 1):
        part, counted = ranks.part(batch)
        there = {name: value.to(device) for name, value in part.items()}
        with ranks.waiting(loss_of) if place < len(batches) else nullcontext():
            with autocast(device, precision):
                # processes' gradients are averaged, which takes the factor away again
                loss = loss_of(there) * (counted * ranks.n / n)
            scaler.scale(loss).backward()
        mean += float(loss.detach())
    return ranks.total(mean) / ranks.n
