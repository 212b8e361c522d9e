"""Batches of encoded examples in an order that is a pure function of seed and epoch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.tasks.on_disk import Stored
from tombola.text.rows import CHARACTERS, IGNORED

Indices = NDArray[np.int64]
Drawn = Callable[[dict[str, Tensor], Sequence[int], int], dict[str, Tensor]]
Told = Callable[[int, int], None]
HELD_OUT = 0
"""The draw of what is not an epoch of training: always the same."""


def _nobody(done: int, total: int) -> None:
    """Nobody is told."""


class Order:
    """Which examples the batches of an epoch have: arrays, for of millions lists would not do."""

    def __init__(self, examples: Indices, starts: Indices, ends: Indices) -> None:
        """Batch `i` has `examples[starts[i]:ends[i]]`."""
        self._examples, self._starts, self._ends = examples, starts, ends

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, batch: int) -> list[int]:
        found: list[int] = self._examples[self._starts[batch] : self._ends[batch]].tolist()
        return found

    def __iter__(self) -> Iterator[list[int]]:
        return (self[batch] for batch in range(len(self)))

    def shuffled(self, generator: torch.Generator) -> "Order":
        """The same batches one after the other in another order."""
        order = torch.randperm(len(self), generator=generator).numpy()
        return Order(self._examples, self._starts[order], self._ends[order])


class Batches:
    """Encoded examples, a batch at a time, padded to the longest example of the batch.

    A batch maps the names of a model's inputs to tensors: sequences are `[batch, tokens]`, padded
    on the right (`input_ids` with `pad`, `labels` with -100, everything else with 0); a label that
    is one number per example gives `[batch]`, int64 for classes and float32 for scores.
    """

    def __init__(
        self,
        encoded: Sequence[Mapping[str, Any]],
        batch_size: int,
        pad: int,
        window: int = 0,
        tokens: int | None = None,
        drawn: Drawn | None = None,
        told: Told = _nobody,
    ) -> None:
        """Take examples as `encode` makes them, and the id of the padding token.

        With `window` > 0, an epoch's batches hold examples of like length: within each stretch of
        `window` batches of the shuffled examples, examples are sorted by length before they are
        cut into batches, and the batches are shuffled. 50 is a good value: it halves the padding.

        With `tokens`, an epoch's batches have as many examples as that budget allows, padding
        included (of an example with labels for each token, the longer side counts, as in fairseq's
        `max_tokens`). All examples are sorted by length and those of one length shuffled, so that
        the batches of every epoch have the same sizes: there are as many of them in each.

        `drawn` makes of a batch what a model is given where that is drawn anew each time: from the
        batch, the indices of its examples, and a number that is another one in each epoch.

        `told` hears how many batches were done of how many, where all are read once in their order
        or by length; a training loop has steps to count.

        Raises UserError where there are no examples, `batch_size` is below 1, or an example alone
        is longer than the budget.
        """
        if not len(encoded):
            raise UserError("no examples to make batches of")
        if batch_size < 1:
            raise UserError(f"batch size {batch_size}: at least 1 is needed")
        if window < 0:
            raise UserError(f"window {window}: at least 0 is needed")
        self.encoded = encoded
        self.batch_size = batch_size
        self.pad = pad
        self.window = window
        self.drawn = drawn
        self.told = told
        self._lengths = _lengths(encoded)
        self._ends: Indices | None = None
        if tokens is not None:
            self._longer = self._lengths.max(axis=1)
            self._ends = _ends(np.sort(self._longer), tokens)

    def __getstate__(self) -> dict[str, Any]:
        """For another process, in which nobody listens."""
        return {**self.__dict__, "told": _nobody}

    def __len__(self) -> int:
        """Batches per epoch, the same in each; some may be smaller."""
        if self._ends is not None:
            return len(self._ends)
        return -(-len(self.encoded) // self.batch_size)

    def epoch(self, seed: int, epoch: int, first: int = 0) -> Iterator[dict[str, Tensor]]:
        """Every example once, in an order that depends on `seed` and `epoch` and on nothing else.

        With `first`, from that batch on. No state is kept between calls and no global random state
        is read or changed.
        """
        order = self.order(seed, epoch)
        for batch in range(first, len(order)):
            yield self.collate(order[batch], mixed("drawn", seed, epoch))

    def in_order(self) -> Iterator[dict[str, Tensor]]:
        """Every example once, in the order they were given in."""
        for indices in self._told(_cut(np.arange(len(self.encoded)), self.batch_size)):
            yield self.collate(indices)

    def by_length(self) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        """Every example once, short ones first: least padding. Each batch with its indices."""
        for indices in self._told(_cut(_sorted(self._lengths), self.batch_size)):
            yield indices, self.collate(indices)

    def _told(self, order: Order) -> Iterator[list[int]]:
        """Batches of an order; whoever listens hears of each once it is done."""
        for done, indices in enumerate(order, 1):
            yield indices
            self.told(done, len(order))

    def order(self, seed: int, epoch: int) -> Order:
        """Indices of the examples of each batch of an epoch."""
        generator = torch.Generator().manual_seed(mixed(seed, epoch))
        shuffled = torch.randperm(len(self.encoded), generator=generator).numpy()
        if self._ends is not None:
            alike = shuffled[np.argsort(self._longer[shuffled], kind="stable")]
            starts = np.concatenate([[0], self._ends[:-1]])
            return Order(alike, starts, self._ends).shuffled(generator)
        if not self.window:
            return _cut(shuffled, self.batch_size)
        stretch = np.arange(len(shuffled)) // (self.window * self.batch_size)
        alike = shuffled[_sorted(self._lengths[shuffled], stretch)]
        return _cut(alike, self.batch_size).shuffled(generator)

    def collate(self, indices: Sequence[int], draw: int = HELD_OUT) -> dict[str, Tensor]:
        """The examples at `indices` as one padded batch; `draw` is for what is drawn of them."""
        if isinstance(self.encoded, Stored):
            columns = self.encoded.take(indices)
        else:
            rows = [self.encoded[i] for i in indices]
            columns = {name: [row[name] for row in rows] for name in rows[0]}
        columns.pop(CHARACTERS, None)
        fill = {"input_ids": self.pad, "labels": IGNORED}
        batch = {name: _column(values, fill.get(name, 0)) for name, values in columns.items()}
        return batch if self.drawn is None else self.drawn(batch, indices, draw)


def _column(values: Sequence[Any], fill: int) -> Tensor:
    if not isinstance(values[0], list | np.ndarray):
        return torch.tensor(values, dtype=torch.float32 if _is_score(values[0]) else torch.int64)
    padded = np.full((len(values), max(map(len, values))), fill, np.int64)
    for row, value in zip(padded, values, strict=True):
        row[: len(value)] = value
    return torch.from_numpy(padded)


def _is_score(value: object) -> bool:
    return isinstance(value, float)


def _lengths(encoded: Sequence[Mapping[str, Any]]) -> Int[np.ndarray, "n 2"]:
    """Tokens of each example, and how many labels it has where each token has one."""
    if isinstance(encoded, Stored):
        return encoded.lengths
    lengths = np.zeros((len(encoded), 2), np.int32)
    for i, row in enumerate(encoded):
        labels = row.get("labels")
        lengths[i] = len(row["input_ids"]), len(labels) if isinstance(labels, list) else 0
    return lengths


def _sorted(lengths: Int[np.ndarray, "n 2"], *first: Int[np.ndarray, " n"]) -> Indices:
    """Places from short to long, of equals as they come; by `first` before that, where given."""
    return np.lexsort((lengths[:, 1], lengths[:, 0], *first))


def _ends(lengths: Int[np.ndarray, " n"], tokens: int) -> Indices:
    """Where batches of ascending lengths end, each as large as a budget of tokens allows."""
    if lengths[-1] > tokens:
        raise UserError(f"batches of {tokens} tokens: one example alone has {lengths[-1]}")
    ends = [0]
    while (start := ends[-1]) < len(lengths):
        # A batch of n examples costs n times its longest, the last: more with every example.
        most = min(len(lengths), start + tokens // int(lengths[start]))
        cost = np.arange(1, most - start + 1) * lengths[start:most]
        ends.append(start + int(np.searchsorted(cost, tokens, side="right")))
    return np.array(ends[1:])


def _cut(examples: Indices, size: int) -> Order:
    starts = np.arange(0, len(examples), size)
    return Order(examples, starts, np.minimum(starts + size, len(examples)))
