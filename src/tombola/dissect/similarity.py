"""How similar are the layers of two models on the same tokens?"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.blocks import Text
from tombola.dissect.measures.measure import MEASURES, LayerEstimates, Measure
from tombola.dissect.representations import (
    Batch,
    Reads,
    Rows,
    evaluating,
    read,
    showing_attention,
)
from tombola.errors import UserError


@dataclass(frozen=True)
class LayerSimilarity:
    """How similar one layer of the dense model and one of the sparse model are."""

    measure: str
    """The measure's full name."""
    stack: str
    dense_layer: int
    """0 is the embedding output."""
    sparse_layer: int
    value: float
    low: float
    """Lower end of the 95% interval over blocks of sentences; NaN with fewer than two blocks."""
    high: float
    n: int
    """Tokens."""
    width: int
    """Length of a representation of the dense model (number of heads, where attention is read)."""
    noise_floor: float
    """What unrelated representations give on average; the measure says what that means."""
    details: Mapping[str, float] = field(default_factory=dict)
    """Further numbers by name: those that the measure has for this pair of layers."""


def layer_similarity(
    dense: PreTrainedModel,
    sparse: PreTrainedModel,
    batches: Iterable[Batch],
    measures: str | Measure[Any, Any] | Sequence[str | Measure[Any, Any]] = "debiased",
    *,
    exclude: Collection[int] = (),
    layers: Collection[int] | None = None,
    block_sentences: int = 50,
) -> list[LayerSimilarity]:
    """Compare every layer of `dense` with every layer of `sparse`, stack by stack.

    Both models read each batch once, whatever the number of `measures`; measures of the same sums
    share those. Which positions count, and `exclude`, is said in `representations.stream`.
    `layers` limits the comparison (0 is the embedding output). For the layers of one model with
    each other, pass the model twice.

    The 95% interval takes blocks of sentences, in the order of the text, as independent samples. A
    block is closed by the first batch that brings it to `block_sentences`; when there are 32, they
    are joined two by two and later ones are twice as long. Sentences after the last full block
    count in the value only. Blocks make the interval somewhat too wide where a block has few tokens
    for its width, never too narrow for that reason; sorting a text by length also widens it.

    Memory beyond the models and a batch: two sums, of every pair of layers, per stack; it does not
    grow with the text. Time beyond the models, with `Moments`: 2 · (layers · width)² operations in
    float64 per token.

    Raises UserError for an unknown measure or layer, models of different stacks, or no tokens.
    """
    if isinstance(measures, str | Measure):
        measures = [measures]
    chosen = [MEASURES[one] if isinstance(one, str) else one for one in measures]
    what = sorted({measure.reads for measure in chosen})
    device = torch.device("cpu") if dense.device.type == "mps" else dense.device  # mps: no float64
    pairs: dict[tuple[str, Reads], _Pair] = {}

    with ExitStack() as while_reading:
        while_reading.enter_context(evaluating(dense, sparse))
        if "attention" in what:
            while_reading.enter_context(showing_attention(dense, sparse))
        for batch in batches:
            found = [read(model, batch, exclude, what) for model in (dense, sparse)]
            for stack, reads, one, other in _beside(*found):
                x, y = (_chosen(own.layers, layers, stack, device) for own in (one, other))
                sentence = one.sentence.to(device)
                if len(sentence) == 0:
                    continue
                if (stack, reads) not in pairs:
                    sharing = [measure for measure in chosen if measure.reads == reads]
                    pairs[stack, reads] = _Pair(x, y, sharing, block_sentences)
                pairs[stack, reads].add(x, y, sentence, len(batch["input_ids"]))

    if not pairs:
        raise UserError("no tokens to compare the models on")
    return [row for (stack, _), pair in pairs.items() for row in pair.rows(stack)]


class _Pair:
    """One stack of two models: which layers are compared, and the sums that measures need."""

    def __init__(
        self,
        x: Mapping[int, Tensor],
        y: Mapping[int, Tensor],
        measures: Sequence[Measure[Any, Any]],
        block_sentences: int,
    ) -> None:
        self._measures = measures
        self._layers = list(x), list(y)
        self._width = next(iter(x.values())).shape[1]
        states = list(x.values()), list(y.values())
        self._texts: list[tuple[list[Measure[Any, Any]], Text]] = []
        for sums in dict.fromkeys(measure.sums for measure in measures):
            sharing = [measure for measure in measures if measure.sums is sums]
            text = Text(sums.start(*states), sharing, block_sentences)
            self._texts.append((sharing, text))

    def add(
        self, x: Mapping[int, Tensor], y: Mapping[int, Tensor], sentence: Tensor, sentences: int
    ) -> None:
        for _, text in self._texts:
            text.add(list(x.values()), list(y.values()), sentence, sentences)

    def rows(self, stack: str) -> Iterator[LayerSimilarity]:
        estimates: dict[str, LayerEstimates] = {}
        for sharing, text in self._texts:
            n, found = text.estimates()
            estimates |= {m.name: one for m, one in zip(sharing, found, strict=True)}
        for measure in self._measures:
            estimate = estimates[measure.name]
            for i, dense_layer in enumerate(self._layers[0]):
                for j, sparse_layer in enumerate(self._layers[1]):
                    yield LayerSimilarity(
                        measure=measure.title,
                        stack=stack,
                        dense_layer=dense_layer,
                        sparse_layer=sparse_layer,
                        value=float(estimate.value[i, j]),
                        low=float(estimate.low[i, j]),
                        high=float(estimate.high[i, j]),
                        n=n,
                        width=self._width,
                        noise_floor=float(estimate.noise_floor[i, j]),
                        details={
                            name: number
                            for name, every in estimate.details.items()
                            if math.isfinite(number := float(every[i, j]))
                        },
                    )


def _beside(
    one: Mapping[Reads, Mapping[str, Rows]], other: Mapping[Reads, Mapping[str, Rows]]
) -> Iterator[tuple[str, Reads, Rows, Rows]]:
    """What two models say of one batch, stack by stack."""
    for reads, stacks in one.items():
        if set(stacks) != set(other[reads]):
            raise UserError(f"models differ in stacks: {sorted(stacks)}, {sorted(other[reads])}")
        for stack, rows in stacks.items():
            its = other[reads][stack]
            if len(rows.sentence) != len(its.sentence):
                raise UserError(f"models differ in {stack} tokens for one batch")
            yield stack, reads, rows, its


def _chosen(
    states: Mapping[int, Tensor], layers: Collection[int] | None, stack: str, device: torch.device
) -> dict[int, Tensor]:
    if layers is None:
        layers = states.keys()
    unknown = [layer for layer in layers if layer not in states]
    if unknown or not layers:
        allowed = f"{min(states)} to {max(states)}"
        raise UserError(f"no layer {unknown} in the {stack}; allowed: {allowed}")
    return {layer: states[layer].to(device) for layer in sorted(layers)}
