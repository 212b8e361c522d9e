"""Sums over the words of every kind, for one layer of two models."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.blocks import Text
from tombola.dissect.groups.marked import NONE
from tombola.dissect.measures.measure import LayerEstimates, Measure, Reading
from tombola.dissect.moments import Moments
from tombola.dissect.recentred import about
from tombola.dissect.representations import Rows

ALL = "all"
"""The kind that all words are of."""


@dataclass(frozen=True)
class GroupSimilarity:
    """How similar a layer of two models is on the words of one kind."""

    measure: str
    """The measure's full name."""
    stack: str
    layer: int
    """Of both models; 0 is the embedding output."""
    by: str
    """What tells words apart: `frequency`, `pos`; `all` where nothing does."""
    kind: str
    """`NN`, `100 to 500`; `all`."""
    value: float
    """NaN where there are too few words."""
    low: float
    """Lower end of the 95% interval over blocks of sentences; NaN with fewer than two, and about
    the mean of all words, for which none is estimated."""
    high: float
    n: int
    """Words; of a measure that takes a sample, those of the sample."""
    width: int
    noise_floor: float
    """What the kind's words score where those of unrelated sentences are paired."""

    @property
    def short(self) -> bool:
        """Whether there are fewer words than dimensions: what is not debiased is then too high."""
        return self.n < self.width


@dataclass(frozen=True)
class Words:
    """One layer of two models, word by word."""

    which: Int[Tensor, " words"]
    """Number of each among the words of the batch."""
    x: Float[Tensor, "words d"]
    y: Float[Tensor, "words e"]
    sentence: Int[Tensor, " words"]


def pooled(u: Tensor, v: Tensor, rows: Rows, words: Tensor) -> Words | None:
    """The mean over the tokens of each word."""
    of = words[rows.sentence, rows.position]
    kept = of != NONE
    which, inverse = of[kept].unique(return_inverse=True)
    if not len(which):
        return None
    counts = inverse.bincount()[:, None]

    def mean(layer: Tensor) -> Tensor:
        empty = layer.new_zeros(len(which), layer.shape[1])
        return empty.index_add_(0, inverse, layer[kept]) / counts

    sentence = torch.zeros_like(which)
    sentence[inverse] = rows.sentence[kept]
    return Words(which, mean(u), mean(v), sentence)


class LayerSums:
    """The sums of all kinds of words, for one layer of two models."""

    def __init__(
        self,
        first: Words,
        names: Mapping[str, Sequence[str]],
        measures: Sequence[Measure[Any, Any]],
        block_sentences: int,
        reading: Reading,
        recentred: bool,
    ) -> None:
        self._names, self._measures, self._recentred = names, measures, recentred
        self._block_sentences, self._reading = block_sentences, reading
        # All kinds are summed about one shift.
        self._start = [first.x.double().mean(0)[None]], [first.y.double().mean(0)[None]]
        self._width = first.x.shape[1]
        self._kinds: dict[tuple[str, str], list[tuple[list[Measure[Any, Any]], Any]]] = {}

    def add(self, words: Words, kinds: Mapping[str, Int[Tensor, " words"]]) -> None:
        """Add words; `kinds` are those of all words of the batch, by their numbers."""
        everything = torch.ones_like(words.which, dtype=torch.bool)
        self._add((ALL, ALL), words, everything)
        for by, every in kinds.items():
            own = every.to(words.which.device)[words.which]
            for number in own.unique().tolist():
                if number != NONE:
                    self._add((by, self._names[by][number]), words, own == number)

    def _add(self, kind: tuple[str, str], words: Words, chosen: Tensor) -> None:
        if kind not in self._kinds:
            self._kinds[kind] = self._begun()
        sentence = words.sentence[chosen].unique(return_inverse=True)[1]
        count = int(sentence.max()) + 1
        for _, sums in self._kinds[kind]:
            x, y = [words.x[chosen]], [words.y[chosen]]
            if isinstance(sums, Text):
                sums.add(x, y, sentence, count)
            else:
                sums.add(x, y, sentence)

    def _begun(self) -> list[tuple[list[Measure[Any, Any]], Any]]:
        begun = []
        for one in dict.fromkeys(measure.sums for measure in self._measures):
            sharing = [measure for measure in self._measures if measure.sums is one]
            sums: Any = sharing[0].begin(*self._start, self._reading)
            if self._recentred:
                sums = Text(sums, sharing, self._block_sentences)
            begun.append((sharing, sums))
        return begun

    def rows(self, stack: str, layer: int) -> Iterator[GroupSimilarity]:
        """All words together, then every kind that the text has."""
        ways = {by: list(own) for by, own in self._names.items()}
        order = [(ALL, ALL), *((by, kind) for by, own in ways.items() for kind in own)]
        for by, kind in order:
            for measure, n, found in self._estimates((by, kind)):
                yield GroupSimilarity(
                    measure=measure.title,
                    stack=stack,
                    layer=layer,
                    by=by,
                    kind=kind,
                    value=float(found.value),
                    low=float(found.low),
                    high=float(found.high),
                    n=n,
                    width=self._width,
                    noise_floor=float(found.noise_floor),
                )

    def _estimates(
        self, kind: tuple[str, str]
    ) -> Iterator[tuple[Measure[Any, Any], int, LayerEstimates]]:
        for sharing, sums in self._kinds.get(kind, ()):
            if isinstance(sums, Text):
                counts, found = sums.estimates()
                yield from zip(sharing, counts, found, strict=True)
                continue
            turned = sums if kind == (ALL, ALL) else self._about_all(sums)
            for measure in sharing:
                unknown = torch.full((1, 1), math.nan)
                value, floor = measure.value(turned), measure.noise_floor(turned)
                yield measure, turned.n, LayerEstimates(value, unknown, unknown, floor)

    def _about_all(self, sums: Any) -> Moments:
        """A kind's moments about the mean of all words."""
        every = next(s for _, s in self._kinds[ALL, ALL] if type(s) is type(sums))
        return about(sums, every.x.total / every.n, every.y.total / every.n)
