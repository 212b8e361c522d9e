"""How frequent words are in a training text, in bins of ranks."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.groups.marked import NONE, Marked
from tombola.dissect.representations import Batch, body_inputs, stack_names
from tombola.errors import UserError

EDGES = (5, 100, 500, 2500)
"""Ends of the bins of Movva & Zhao 2020, section 5.3, who speak of ranks 0 to 5, 100 to 500, and
2500 on."""
FREQUENCY = "frequency"
UNSEEN = "not in training"


@dataclass(frozen=True)
class Ranks:
    """Bins of ranks: the first has the most frequent words.

    Movva & Zhao do not say of which text their ranks are, nor whether of words or sub-words.
    """

    counts: Mapping[Any, int]
    """How often each word, or token by number, stands in the training text."""
    edges: Sequence[int] = EDGES
    """Words of a rank up to the first, then of one beyond it up to the second, and so on."""
    _bins: dict[Any, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Rank by count, and of equals by who they are. Raises UserError for edges that fall."""
        if not self.edges or list(self.edges) != sorted({*self.edges}) or self.edges[0] < 1:
            raise UserError(f"ranks {list(self.edges)}: whole numbers from 1 on that rise")
        ranked = sorted(self.counts, key=lambda word: (-self.counts[word], str(word)))
        bins = torch.bucketize(torch.arange(1, len(ranked) + 1), torch.tensor(self.edges))
        self._bins.update(zip(ranked, bins.tolist(), strict=True))

    @classmethod
    def of(cls, texts: Iterable[Iterable[Any]], edges: Sequence[int] = EDGES) -> "Ranks":
        """Count a training text."""
        counts: Counter[Any] = Counter()
        for text in texts:
            counts.update(text)
        return cls(counts, edges)

    @property
    def names(self) -> tuple[str, ...]:
        """The bins, from frequent to rare, and those that training does not have."""
        firsts = [1, *(edge + 1 for edge in self.edges)]
        spans = [f"{a} to {b}" for a, b in zip(firsts, self.edges, strict=False)]
        return (*spans, f"{firsts[-1]} on", UNSEEN)

    def bin(self, word: Any) -> int:
        """The number of a word's bin among the names."""
        return self._bins.get(word, len(self.edges) + 1)


def by_frequency(
    model: PreTrainedModel,
    batches: Iterable[Batch],
    ranks: Mapping[Literal["encoder", "decoder"], Ranks],
    exclude: Collection[int] = (),
) -> Iterator[Marked]:
    """Batches whose tokens are told apart by the rank of their number.

    Args:
        model: any of those that read the batches: it says which stacks there are.
        batches: what they read.
        ranks: for each stack, of the tokens that it reads; of a decoder beside an encoder, of the
            tokens of translations. A stack without ranks is not looked at.
        exclude: ids that are no words: special tokens.
    """
    stacks = stack_names(model)
    tables: dict[str, Any] = {stack: _table(own, exclude) for stack, own in ranks.items()}
    for batch in batches:
        inputs = body_inputs(model, batch)
        read = dict(zip(stacks, _ids(inputs), strict=False))
        words: dict[str, Tensor] = {}
        kinds: dict[str, dict[str, Tensor]] = {}
        for stack, ids in read.items():
            if stack not in tables:
                continue
            own = torch.tensor([tables[stack](i) for i in ids.flatten().tolist()])
            is_word = own != NONE
            number = torch.where(is_word, is_word.cumsum(0) - 1, NONE)
            words[stack], kinds[stack] = number.view(ids.shape), {FREQUENCY: own[is_word]}
        yield Marked(batch, words, kinds)


def _ids(inputs: Mapping[str, Tensor]) -> list[Tensor]:
    names = ("input_ids", "decoder_input_ids")
    return [inputs[name] for name in names if name in inputs]


def _table(ranks: Ranks, exclude: Collection[int]) -> Any:
    special = frozenset(exclude)
    return lambda token: NONE if token in special else ranks.bin(token)
