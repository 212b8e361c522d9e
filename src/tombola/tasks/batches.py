"""Batches of encoded examples in an order that is a pure function of seed and epoch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.text.rows import IGNORED


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
    ) -> None:
        """Take examples as `encode` makes them, and the id of the padding token.

        With `window` > 0, an epoch's batches hold examples of like length: within each stretch of
        `window` batches of the shuffled examples, examples are sorted by length before they are
        cut into batches, and the batches are shuffled. 50 is a good value: it halves the padding.
        Raises UserError where there are no examples or `batch_size` is below 1.
        """
        if not encoded:
            raise UserError("no examples to make batches of")
        if batch_size < 1:
            raise UserError(f"batch size {batch_size}: at least 1 is needed")
        if window < 0:
            raise UserError(f"window {window}: at least 0 is needed")
        self.encoded = encoded
        self.batch_size = batch_size
        self.pad = pad
        self.window = window
        self._lengths = [_length(row) for row in encoded]

    def __len__(self) -> int:
        """Batches per epoch; the last one may be smaller."""
        return -(-len(self.encoded) // self.batch_size)

    def epoch(self, seed: int, epoch: int) -> Iterator[dict[str, Tensor]]:
        """Every example once, in an order that depends on `seed` and `epoch` and on nothing else.

        No state is kept between calls and no global random state is read or changed.
        """
        for indices in self.order(seed, epoch):
            yield self.collate(indices)

    def in_order(self) -> Iterator[dict[str, Tensor]]:
        """Every example once, in the order they were given in."""
        for indices in _cut(range(len(self.encoded)), self.batch_size):
            yield self.collate(indices)

    def by_length(self) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        """Every example once, short ones first: least padding. Each batch with its indices."""
        ordered = sorted(range(len(self.encoded)), key=self._lengths.__getitem__)
        for indices in _cut(ordered, self.batch_size):
            yield indices, self.collate(indices)

    def order(self, seed: int, epoch: int) -> list[list[int]]:
        """Indices of the examples of each batch of an epoch."""
        generator = torch.Generator().manual_seed(mixed(seed, epoch))
        shuffled = torch.randperm(len(self.encoded), generator=generator).tolist()
        if not self.window:
            return _cut(shuffled, self.batch_size)
        batches: list[list[int]] = []
        for stretch in _cut(shuffled, self.window * self.batch_size):
            batches += _cut(sorted(stretch, key=self._lengths.__getitem__), self.batch_size)
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]

    def collate(self, indices: Sequence[int]) -> dict[str, Tensor]:
        """The examples at `indices` as one padded batch."""
        rows = [self.encoded[i] for i in indices]
        fill = {"input_ids": self.pad, "labels": IGNORED}
        return {name: _column([row[name] for row in rows], fill.get(name, 0)) for name in rows[0]}


def _column(values: list[Any], fill: int) -> Tensor:
    if not isinstance(values[0], list):
        return torch.tensor(values, dtype=torch.float32 if _is_score(values[0]) else torch.int64)
    longest = max(map(len, values))
    return torch.tensor([value + [fill] * (longest - len(value)) for value in values])


def _is_score(value: object) -> bool:
    return isinstance(value, float)


def _length(row: Mapping[str, Any]) -> tuple[int, int]:
    labels = row.get("labels")
    return len(row["input_ids"]), len(labels) if isinstance(labels, list) else 0


def _cut(indices: Sequence[int], size: int) -> list[list[int]]:
    return [list(indices[start : start + size]) for start in range(0, len(indices), size)]
