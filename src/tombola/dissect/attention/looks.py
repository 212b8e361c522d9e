"""Moments of attention: each pair of a token and a position that it sees is a row of weights."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from tombola.dissect.moments import Moments

Maps = Sequence[Float[Tensor, "tokens _ positions"]]
"""Per layer tokens × heads × positions; NaN where a token cannot look."""
MOST = 2**16
"""Pairs that are taken at a time, in whole sentences: how long a batch is costs no memory."""


class Looks(Moments):
    """`Moments` whose rows are pairs of token and position, and whose neurons are heads.

    Movva & Zhao 2020, section 5.4, and Wu et al. 2020 compare attention so. A layer that lost heads
    has zeros in their place, which no measure of moments sees.
    """

    @classmethod
    def start(cls, x: Maps, y: Maps, *, fast: bool = False) -> "Looks":
        """No pairs yet, about the mean of these."""
        alike = len(x) == len(y) and all(a is b for a, b in zip(x, y, strict=True))
        every = cls.seen(x, y)
        every = every if every.any() else Looks.seen(x, y)
        one = _rows(x, every)
        other = one if alike else _rows(y, every)
        made = super().start(one, other, fast=fast)
        assert isinstance(made, cls)
        return made

    def add(self, x: Maps, y: Maps, sentence: Int[Tensor, " tokens"]) -> None:
        """Add whole sentences; `sentence` is of the tokens that look."""
        alike = self.x is self.y
        for some in cuts(sentence, x[0].shape[2]):
            own_x = [layer[some] for layer in x]
            own_y = own_x if alike else [layer[some] for layer in y]
            seen = self.seen(own_x, own_y)
            asking = sentence[some][seen.nonzero()[:, 0]]
            if len(asking):
                rows = _rows(own_x, seen)
                asking = asking - asking.min()
                super().add(rows, rows if alike else _rows(own_y, seen), asking)

    @staticmethod
    def seen(x: Maps, y: Maps) -> Bool[Tensor, "tokens positions"]:
        """The pairs that count: those that masks let through."""
        return ~x[0][:, 0].isnan()


class LooksAsPublished(Looks):
    """The pairs that Wu et al. 2020 and so Movva & Zhao 2020 keep.

    Where any head of the first network, here the first layer of the dense model, gives exactly 0,
    the pair is dropped, for all others too: padding and later positions, but also what underflowed.
    """

    @staticmethod
    def seen(x: Maps, y: Maps) -> Bool[Tensor, "tokens positions"]:
        """Those without a zero in the first network."""
        return Looks.seen(x, y) & (x[0] != 0).all(1)


def cuts(sentence: Int[Tensor, " tokens"], positions: int) -> Iterator[slice]:
    """Tokens in whole sentences, about `MOST` pairs at a time."""
    first = last = 0
    for end in [*(sentence.diff().nonzero()[:, 0] + 1).tolist(), len(sentence)]:
        if last > first and (end - first) * positions > MOST:
            yield slice(first, last)
            first = last
        last = end
    if last > first:
        yield slice(first, last)


def _rows(maps: Maps, seen: Bool[Tensor, "tokens positions"]) -> list[Float[Tensor, "pairs heads"]]:
    most = max(layer.shape[1] for layer in maps)
    found = [layer.transpose(1, 2)[seen] for layer in maps]
    return [torch.nn.functional.pad(rows, (0, most - rows.shape[1])) for rows in found]
