"""Which patterns the heads of a model show on examples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.patterns.attention import BlockMaps, head_maps, heads_of
from tombola.dissect.patterns.classifier import Classifier
from tombola.dissect.patterns.layout import SHORTEST
from tombola.dissect.patterns.pattern import NAMES
from tombola.dissect.patterns.picture import pictures
from tombola.dissect.patterns.weighting import Weighting
from tombola.dissect.representations import Batch, evaluating, showing_attention
from tombola.errors import UserError


@dataclass(frozen=True)
class HeadPatterns:
    """How often one head shows each pattern."""

    weighting: Weighting
    stack: str
    layer: int
    """0 is nearest to the input."""
    block: str
    """self or cross."""
    head: int
    counts: tuple[int, ...]
    """Maps of each pattern, in the order of `PATTERNS`."""
    n: int
    """Maps that were classified: examples of 5 tokens or more; where layers share their weights,
    that often for each use. 0 for a head that puts out nothing and is norm-weighted."""

    @property
    def shares(self) -> dict[str, float]:
        """Pattern to its share of the maps; NaN where there are none."""
        each = [count / self.n if self.n else float("nan") for count in self.counts]
        return dict(zip(NAMES, each, strict=True))


def pattern_counts(
    model: PreTrainedModel,
    batches: Iterable[Batch],
    classifiers: Mapping[Weighting, Classifier],
) -> list[HeadPatterns]:
    """Classify the maps of every head on every example, with each weighting that has a classifier.

    All heads are read from the one model as it is: shares of those that survive a mask are the
    shares of some of these rows, and no network is pruned for them. (The published super-survivors
    are those of a network that was pruned to them, all heads those of the full one.) Examples of
    fewer than 5 tokens show no pattern and are passed over, in self-attention as in attention to an
    encoder. A decoder's maps are triangular, which made-up maps are not: read them with care.

    Raises UserError where no example is left, and as `head_maps` does.
    """
    heads = heads_of(model)
    counts: dict[tuple[Weighting, str], np.ndarray] = {}
    for weighting in classifiers:
        for block, own in heads.items():
            shape = (own.located.block.n_heads, len(NAMES))
            counts[weighting, block] = np.zeros(shape, dtype=np.int64)
    n_read = 0
    with evaluating(model), showing_attention(model):
        for batch in batches:
            found = [
                one for one in head_maps(model, batch, tuple(classifiers), heads) if _fits(one)
            ]
            n_read += len(found)
            for weighting, classifier in classifiers.items():
                for one, said in zip(found, _said(found, weighting, classifier), strict=True):
                    counts[weighting, one.block] += _counted(said)
    if n_read == 0:
        raise UserError(f"no examples of {SHORTEST} tokens or more to see patterns of attention on")
    return [
        HeadPatterns(
            weighting,
            heads[name].located.block.stack,
            heads[name].located.block.layer,
            heads[name].located.block.kind,
            head,
            tuple(row.tolist()),
            int(row.sum()),
        )
        for (weighting, name), table in counts.items()
        for head, row in enumerate(table)
    ]


def _fits(one: BlockMaps) -> bool:
    return min(next(iter(one.maps.values())).shape[1:]) >= SHORTEST


def _said(
    found: list[BlockMaps], weighting: Weighting, classifier: Classifier
) -> Iterable[Int[Tensor, " heads"]]:
    """What the classifier says of the heads of each block; it is asked once for a batch."""
    if not found:
        return ()
    shown = [pictures(one.maps[weighting].cpu()) for one in found]
    return classifier.classify(torch.cat(shown)).split([len(part) for part in shown])


def _counted(said: Int[Tensor, " heads"]) -> Int[np.ndarray, "heads patterns"]:
    return (said[:, None] == torch.arange(len(NAMES))).long().numpy()
