"""How similar are the layers of two models on the same tokens?"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy import stats
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.measures.measure import MEASURES, Summary
from tombola.dissect.moments import Moments
from tombola.dissect.representations import Batch, counted_states, evaluating, stack_names
from tombola.errors import UserError

MAX_BLOCKS = 32


@dataclass(frozen=True)
class Similarity:
    """How similar one layer of the dense model and one of the sparse model are."""

    measure: str
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
    """Length of a representation of the dense model."""
    noise_floor: float
    """Mean value of the same representations with the tokens paired at random."""

    @property
    def noise_sd(self) -> float:
        """About how far unrelated representations stray from the floor, one standard deviation.

        √(2 / (n (n - 3))): that of the debiased estimator for independent tokens, whatever their
        spectrum; that of the biased one is at most about as large. Tokens of one sentence are not
        independent, so on real text take it as a lower bound.
        """
        return math.sqrt(2 / (self.n * (self.n - 3))) if self.n > 3 else math.nan


def layer_similarity(
    dense: PreTrainedModel,
    sparse: PreTrainedModel,
    batches: Iterable[Batch],
    measure: str = "debiased",
    *,
    exclude: Collection[int] = (),
    layers: Collection[int] | None = None,
    block_sentences: int = 50,
) -> list[Similarity]:
    """Compare every layer of `dense` with every layer of `sparse`, stack by stack.

    Both models read each batch; which positions count, and `exclude`, is said in
    `representations.stream`. `layers` limits the comparison (0 is the embedding output). For the
    layers of one model with each other, pass the model twice.

    The 95% interval takes blocks of sentences, in the order of the text, as independent samples:
    value ± t · standard error of their mean. A block is closed by the first batch that brings
    it to `block_sentences`; when there are 32, they are joined two by two and later ones are twice
    as long. Sentences after the last full block count in the value only. Blocks make the interval
    somewhat too wide where a block has few tokens for its width, never too narrow for that reason;
    sorting a text by length also widens it.

    Memory beyond the models and a batch: two `Moments`, of every pair of layers, per stack; it does
    not grow with the text. Time beyond the models: 2 · (layers · width)² operations in
    float64 per token.

    Raises UserError for an unknown measure or layer, models of different stacks, or no tokens.
    """
    summarise = MEASURES[measure]
    texts: dict[str, _Text] = {}
    device = torch.device("cpu") if dense.device.type == "mps" else dense.device  # mps: no float64

    stacks = [(model, stack_names(model)) for model in (dense, sparse)]
    with evaluating(dense, sparse):
        for batch in batches:
            states = [counted_states(model, batch, exclude, names) for model, names in stacks]
            if set(states[0]) != set(states[1]):
                raise UserError(
                    f"models differ in stacks: {sorted(states[0])}, {sorted(states[1])}"
                )
            for stack in states[0]:
                x, y = (_chosen(own[stack], layers, stack, device) for own in states)
                if len(x[0]) != len(y[0]):
                    raise UserError(f"models differ in {stack} tokens for one batch")
                if len(x[0]) == 0:
                    continue
                if stack not in texts:
                    texts[stack] = _Text(Moments.about_mean(x, y), summarise, block_sentences)
                texts[stack].add(x, y, sentences=len(batch["input_ids"]))

    if not texts:
        raise UserError("no tokens to compare the models on")
    return [row for stack, text in texts.items() for row in _rows(measure, stack, text, layers)]


class _Text:
    """Moments of a text, and summaries of its blocks: few, however long it is."""

    def __init__(
        self, empty: Moments, summarise: Callable[[Moments], Summary], block_sentences: int
    ) -> None:
        self.width = empty.x.shift.shape[1]
        self.blocks: list[Summary] = []
        self._summarise = summarise
        self._closed, self._block = empty, empty.empty()
        self._sentences, self._block_sentences = 0, block_sentences

    def add(self, x: Sequence[Tensor], y: Sequence[Tensor], sentences: int) -> None:
        self._block.add(x, y)
        self._sentences += sentences
        if self._sentences >= self._block_sentences:
            self.blocks.append(self._summarise(self._block))
            self._close()
        if len(self.blocks) == MAX_BLOCKS:
            halves = zip(self.blocks[::2], self.blocks[1::2], strict=True)
            self.blocks = [one.pooled(other) for one, other in halves]
            self._block_sentences *= 2

    def whole(self) -> Summary:
        """Summary of all tokens so far, an unfinished block included."""
        self._close()
        return self._summarise(self._closed)

    def _close(self) -> None:
        self._closed.merge(self._block)
        self._block, self._sentences = self._closed.empty(), 0


def _chosen(
    states: Sequence[Float[Tensor, "tokens width"]],
    layers: Collection[int] | None,
    stack: str,
    device: torch.device,
) -> list[Tensor]:
    if layers is None:
        layers = range(len(states))
    unknown = [layer for layer in layers if not 0 <= layer < len(states)]
    if unknown or not layers:
        raise UserError(f"no layer {unknown} in the {stack}; allowed: 0 to {len(states) - 1}")
    return [states[layer].to(device) for layer in sorted(layers)]


def _rows(
    measure: str, stack: str, text: _Text, layers: Collection[int] | None
) -> Iterator[Similarity]:
    whole = text.whole()
    value, floor = whole.value(), whole.noise_floor()
    half = _half_width(whole, text.blocks)
    names = [sorted(layers) if layers is not None else range(size) for size in value.shape]
    for i, dense_layer in enumerate(names[0]):
        for j, sparse_layer in enumerate(names[1]):
            at, spread = float(value[i, j]), float(half[i, j])
            low, high = max(at - spread, -1.0), min(at + spread, 1.0)
            yield Similarity(
                measure=measure,
                stack=stack,
                dense_layer=dense_layer,
                sparse_layer=sparse_layer,
                value=at,
                low=math.nan if math.isnan(spread) else low,
                high=math.nan if math.isnan(spread) else high,
                n=whole.n,
                width=text.width,
                noise_floor=float(floor[i, j]),
            )


def _half_width(whole: Summary, blocks: Sequence[Summary]) -> Float[Tensor, "layers_x layers_y"]:
    """Half the 95% interval: t times the standard error of a mean weighted by tokens."""
    if len(blocks) < 2:
        return torch.full_like(whole.value(), torch.nan)
    seen = torch.stack([block.seen_from(whole) for block in blocks])
    n = torch.tensor([block.n for block in blocks], dtype=seen.dtype, device=seen.device)
    weight = (n / n.sum())[:, None, None]
    deviation = weight * (seen - (weight * seen).sum(0))
    k = len(blocks)
    error = (k / (k - 1) * deviation.square().sum(0)).sqrt()
    return float(stats.t.ppf(0.975, k - 1)) * error
