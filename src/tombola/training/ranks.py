"""The processes that share the batches of one training, as each of them sees the others."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from tombola.masks import Mask
from tombola.text.rows import IGNORED

Batch = Mapping[str, Tensor]
Loss = Callable[[torch.nn.Module, Batch], Tensor]
"""The mean loss of a batch, over its labels."""


@runtime_checkable
class Ranks(Protocol):
    """What a training asks of the processes that it runs in.

    Every one of them does every step; they differ in the rows of a batch that they see.
    """

    main: bool
    """Whether this is the one that writes and reports."""
    number: int
    """Which one this is, from 0 on."""
    n: int
    """How many there are."""

    def wrap(self, model: torch.nn.Module, loss_of: Loss) -> Callable[[Batch], Tensor]:
        """The loss of a batch by a model, such that gradients are the means of all processes'."""

    def part(self, batch: Batch) -> tuple[Batch, int]:
        """The rows of a batch that this process sees, and how many labels they have.

        A process for which there is none is given some of another's, to be counted for nothing.
        """

    def waiting(self, model: Callable[[Batch], Tensor]) -> AbstractContextManager[None]:
        """Within it, gradients are not yet exchanged: more of the same step are to come."""

    def total(self, value: float) -> float:
        """The sum of a number over all processes, the same in each."""

    def agreed(self, mask: Mask) -> Mask:
        """The mask that the first process holds, in all of them."""

    def check(self, model: torch.nn.Module, where: str) -> None:
        """Raise RuntimeError, in all of them, where weights are not equal bit by bit."""


class Alone:
    """The one process of a training that is not shared."""

    main = True
    number = 0
    n = 1

    def wrap(self, model: torch.nn.Module, loss_of: Loss) -> Callable[[Batch], Tensor]:
        """The loss as it is."""
        return lambda batch: loss_of(model, batch)

    def part(self, batch: Batch) -> tuple[Batch, int]:
        """All of it."""
        return batch, n_labels(batch)

    def waiting(self, model: Callable[[Batch], Tensor]) -> AbstractContextManager[None]:
        """Nothing: there is nobody to wait for."""
        return nullcontext()

    def total(self, value: float) -> float:
        """The number itself."""
        return value

    def agreed(self, mask: Mask) -> Mask:
        """The mask itself."""
        return mask

    def check(self, model: torch.nn.Module, where: str) -> None:
        """Nothing: there is nobody to differ from."""


def n_labels(batch: Batch) -> int:
    """What the mean loss of a batch is over: labels that count, or else examples."""
    labels = batch.get("labels")
    if labels is None:
        return len(next(iter(batch.values())))
    return int((labels != IGNORED).sum())


def part_of(batch: Batch, number: int, n: int) -> tuple[dict[str, Tensor], int]:
    """Part `number` of a batch that is cut by rows into `n` of like size, and its labels.

    Padding stays as it is in the whole batch. Where a part has no labels, or no rows, it is one row
    of the whole that has labels, if there is such a one, and counts for none.
    """
    rows = len(next(iter(batch.values())))
    begin, end = (rows * place // n for place in (number, number + 1))
    part = {name: value[begin:end] for name, value in batch.items()}
    count = n_labels(part)
    if count:
        return part, count
    labels = batch.get("labels")
    told = torch.ones(rows) if labels is None else (labels != IGNORED).reshape(rows, -1).any(1)
    spare = int(told.to(torch.uint8).argmax())
    return {name: value[spare : spare + 1] for name, value in batch.items()}, 0
