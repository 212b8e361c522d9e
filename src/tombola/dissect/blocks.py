"""Sums over a text, and over the blocks of sentences that it is made of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jaxtyping import Int
from torch import Tensor

from tombola.dissect.measures.measure import Block, LayerEstimates, Measure, Sums

MAX_BLOCKS = 32


class Text:
    """The sums of a text that some measures share, and what each keeps of its blocks.

    A block is closed by the first batch that brings it to `block_sentences`; when there are 32,
    they are joined two by two and later ones are twice as long: few, however long the text.
    """

    def __init__(
        self, empty: Sums, measures: Sequence[Measure[Any, Any]], block_sentences: int
    ) -> None:
        self._measures = measures
        self._blocks: list[list[Block]] = [[] for _ in measures]
        self._closed, self._open = empty, empty.empty()
        self._sentences, self._block_sentences = 0, block_sentences

    def add(
        self,
        x: Sequence[Tensor],
        y: Sequence[Tensor],
        sentence: Int[Tensor, " tokens"],
        sentences: int,
    ) -> None:
        """Add a batch of so many sentences; the rest is as `Sums.add` says."""
        self._open.add(x, y, sentence)
        self._sentences += sentences
        if self._sentences >= self._block_sentences:
            for measure, kept in zip(self._measures, self._blocks, strict=True):
                kept.append(measure.block(self._open))
            self._close()
        if len(self._blocks[0]) == MAX_BLOCKS:
            self._blocks = [
                [one.joined(other) for one, other in zip(kept[::2], kept[1::2], strict=True)]
                for kept in self._blocks
            ]
            self._block_sentences *= 2

    def estimates(self) -> tuple[list[int], list[LayerEstimates]]:
        """What each measure says of all tokens, after the number of those that it took."""
        rest: list[list[Block]] = [[] for _ in self._measures]
        if self._open.n:
            rest = [[measure.block(self._open)] for measure in self._measures]
            self._close()
        every = zip(self._measures, self._blocks, rest, strict=True)
        counts = [measure.counted(self._closed) for measure in self._measures]
        return counts, [
            replace(
                measure.estimate(self._closed, blocks, left),
                details=measure.details(self._closed),
            )
            for measure, blocks, left in every
        ]

    def _close(self) -> None:
        self._closed.merge(self._open)
        self._open, self._sentences = self._closed.empty(), 0
