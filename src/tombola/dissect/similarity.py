"""How similar are the layers of two models on the same tokens?"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.attention.visible import only_visible
from tombola.dissect.blocks import Text
from tombola.dissect.layers import among, sums_device
from tombola.dissect.measures.measure import MEASURES, LayerEstimates, Measure, Reading
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
    """Tokens; of a measure that takes a sample, those of the sample."""
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
    **options: Any,
) -> list[LayerSimilarity]:
    """Compare every layer of `dense` with every layer of `sparse`, stack by stack.

    For the layers of one model with each other, pass the model twice. `options`, what happens, and
    what is raised, are those of `similarities`.
    """
    if dense is sparse:
        return similarities({"": dense}, batches, measures, pairs=[("", "")], **options)["", ""]
    models = {"dense": dense, "sparse": sparse}
    return similarities(models, batches, measures, **options)["dense", "sparse"]


def similarities(
    models: Mapping[str, PreTrainedModel],
    batches: Iterable[Batch],
    measures: str | Measure[Any, Any] | Sequence[str | Measure[Any, Any]] = "debiased",
    *,
    pairs: Collection[tuple[str, str]] | None = None,
    exclude: Collection[int] = (),
    layers: Collection[int] | None = None,
    embeddings: bool = True,
    block_sentences: int = 50,
    reading: Reading = Reading(),  # noqa: B008 - frozen
) -> dict[tuple[str, str], list[LayerSimilarity]]:
    """Compare the layers of any number of models: each reads each batch once.

    Args:
        models: by name, all on one device; those of a pair have the same stacks.
        batches: read once; an iterator will do.
        measures: by name, or themselves; measures of the same sums share those.
        pairs: which models are compared, and which of the two is called dense; a model beside
            itself gives the map of its own layers. By default every two, in the order of `models`.
        exclude: ids of tokens to leave out; `representations.stream` says which positions count.
        layers: those that are compared (0 is the embedding output); by default all.
        embeddings: whether the embedding output is one of them, where `layers` names none.
        block_sentences: sentences of a block, of which the interval is made.
        reading: how sums are made where there is a choice: the size of samples.

    The 95% interval takes blocks of sentences, in the order of the text, as independent samples. A
    block is closed by the first batch that brings it to `block_sentences`; when there are 32, they
    are joined two by two and later ones are twice as long. Sentences after the last full block
    count in the value only. Blocks make the interval somewhat too wide where a block has few tokens
    for its width, never too narrow for that reason; sorting a text by length also widens it.

    Memory beyond the models and a batch: two sums, of every pair of layers, per pair and stack; it
    does not grow with the text. Time beyond the models, with `Moments`: 2 · (layers · width)²
    operations in float64 per token and pair, half of it for a model beside itself.

    Raises UserError for an unknown measure, model or layer, models of different stacks, or no
    tokens.
    """
    if isinstance(measures, str | Measure):
        measures = [measures]
    chosen = [MEASURES[one] if isinstance(one, str) else one for one in measures]
    wanted = list(dict.fromkeys(combinations(models, 2) if pairs is None else pairs))
    unknown = {name for pair in wanted for name in pair} - set(models)
    if unknown or not wanted:
        named = ", ".join(sorted(unknown)) or "none"
        raise UserError(f"pairs of {named}; models to pair: {', '.join(models)}")
    what = sorted({measure.reads for measure in chosen})
    device = sums_device(next(iter(models.values())))
    sums: dict[tuple[str, str], dict[tuple[str, Reads], _Pair]] = {pair: {} for pair in wanted}

    with ExitStack() as while_reading:
        while_reading.enter_context(evaluating(*models.values()))
        if "attention" in what:
            while_reading.enter_context(showing_attention(*models.values()))
        for batch in batches:
            found = {
                name: among(_read(model, batch, exclude, what), layers, embeddings, device)
                for name, model in models.items()
            }
            for pair, own in sums.items():
                for stack, reads, one, other in _beside(found[pair[0]], found[pair[1]]):
                    if len(one.sentence) == 0:
                        continue
                    if (stack, reads) not in own:
                        sharing = [measure for measure in chosen if measure.reads == reads]
                        own[stack, reads] = _Pair(
                            one.layers, other.layers, sharing, block_sentences, reading
                        )
                    own[stack, reads].add(
                        one.layers, other.layers, one.sentence, len(batch["input_ids"])
                    )

    if not all(sums.values()):
        raise UserError("no tokens to compare the models on")
    return {
        pair: [row for (stack, _), one in own.items() for row in one.rows(stack)]
        for pair, own in sums.items()
    }


def _read(
    model: PreTrainedModel, batch: Batch, exclude: Collection[int], what: Collection[Reads]
) -> dict[Reads, dict[str, Rows]]:
    """What a model says of one batch; of attention, what its masks let a token see."""
    found = read(model, batch, exclude, what)
    if "attention" in found:
        found["attention"] = only_visible(model, found["attention"])
    return found


class _Pair:
    """One stack of two models: which layers are compared, and the sums that measures need."""

    def __init__(
        self,
        x: Mapping[int, Tensor],
        y: Mapping[int, Tensor],
        measures: Sequence[Measure[Any, Any]],
        block_sentences: int,
        reading: Reading,
    ) -> None:
        self._measures = measures
        self._layers = list(x), list(y)
        self._width = next(iter(x.values())).shape[1]
        states = list(x.values()), list(y.values())
        self._texts: list[tuple[list[Measure[Any, Any]], Text]] = []
        for sums in dict.fromkeys(measure.sums for measure in measures):
            sharing = [measure for measure in measures if measure.sums is sums]
            text = Text(sharing[0].begin(*states, reading), sharing, block_sentences)
            self._texts.append((sharing, text))

    def add(
        self, x: Mapping[int, Tensor], y: Mapping[int, Tensor], sentence: Tensor, sentences: int
    ) -> None:
        for _, text in self._texts:
            text.add(list(x.values()), list(y.values()), sentence, sentences)

    def rows(self, stack: str) -> Iterator[LayerSimilarity]:
        estimates: dict[str, tuple[int, LayerEstimates]] = {}
        for sharing, text in self._texts:
            counts, found = text.estimates()
            for measure, n, one in zip(sharing, counts, found, strict=True):
                estimates[measure.name] = n, one
        for measure in self._measures:
            n, estimate = estimates[measure.name]
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
