"""How peaked attention is: rows that give one token nearly all."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.attention.visible import only_visible
from tombola.dissect.representations import Batch, Reads, evaluating, read, showing_attention
from tombola.errors import UserError

ATTENTION: tuple[Reads, ...] = ("attention",)
BAR = 0.95


@dataclass(frozen=True)
class Peaks:
    """One head, or all heads of an attention: how many rows have over `bar` on one position.

    Movva & Zhao 2020, section 5.4.3, give such shares; over what, they do not say. Here over all
    rows of the heads; a row that sees one position alone has all its weight there whatever was
    learned (the first of every decoder), so `rows` says whether such rows are counted.
    """

    stack: str
    """encoder or decoder, of self-attention; or cross."""
    layer: int
    """From 1; 0 for all layers together."""
    head: int
    """-1 for all heads together."""
    rows: str
    """`all`, or `several` for those that see more than one position."""
    share: float
    """NaN where there is no row."""
    low: float
    """Lower end of the 95% interval over sentences, whose rows are not independent."""
    high: float
    n: int
    """Rows."""


def attention_peaks(
    model: PreTrainedModel,
    batches: Iterable[Batch],
    *,
    bar: float = BAR,
    exclude: Collection[int] = (),
) -> list[Peaks]:
    """The share of a model's rows of attention with over `bar` on one position.

    One pass, whatever the length of the text. Raises UserError for a bar that is no share, a model
    whose attention cannot be read, and no tokens.
    """
    if not 0 < bar < 1:
        raise UserError(f"bar {bar}: above 0 and below 1")
    sums: dict[str, _Sums] = {}
    with evaluating(model), showing_attention(model):
        for batch in batches:
            shown = read(model, batch, exclude, ATTENTION)["attention"]
            for stack, rows in only_visible(model, shown).items():
                if len(rows.sentence):
                    own = sums.setdefault(stack, _Sums())
                    own.add(list(rows.layers.values()), rows.sentence, bar)
    if not sums:
        raise UserError("no tokens whose attention could be read")
    return [one for stack, own in sums.items() for one in own.rows(stack)]


class _Sums:
    """Per layer, head and way of counting: sums over sentences of peaks a and rows n."""

    def __init__(self) -> None:
        self.sentences = 0
        self._sums: list[Float[Tensor, "heads ways 5"]] = []
        """Of a, n, a², a·n, n², per layer and at last of all; the last head is all together."""

    def add(self, layers: list[Tensor], sentence: Int[Tensor, " tokens"], bar: float) -> None:
        which = sentence.unique(return_inverse=True)[1]
        count = int(which.max()) + 1
        self.sentences += count
        every = [self._of(layer, which, count, bar) for layer in layers]
        whole = torch.stack([one[:, -1:] for one in every]).sum(0)
        found = [_squares(one) for one in every]
        found.append(_squares(whole))
        self._sums = [a + b for a, b in zip(self._sums or _nothing(found), found, strict=True)]

    def _of(
        self, layer: Tensor, which: Tensor, count: int, bar: float
    ) -> Float[Tensor, "sentences heads_and_all ways 2"]:
        peaked = (layer.nan_to_num(0).amax(2) > bar).double()  # tokens × heads
        several = ((~layer[:, 0].isnan()).sum(1) > 1).double()
        ways = torch.stack([torch.ones_like(several), several], 1)[:, None]
        rows = ways.expand(-1, peaked.shape[1], -1)
        both = torch.stack([peaked[..., None] * rows, rows], -1)
        both = torch.cat([both, both.sum(1, keepdim=True)], 1)
        empty = both.new_zeros(count, *both.shape[1:])
        return empty.index_add_(0, which, both).cpu()

    def rows(self, stack: str) -> Iterable[Peaks]:
        *layers, whole = self._sums
        for number, heads in enumerate(layers, 1):
            for i, own in enumerate(heads):
                head = i if i < len(heads) - 1 else -1
                yield from self._said(own, stack, number, head)
        yield from self._said(whole[0], stack, 0, -1)

    def _said(
        self, ways: Float[Tensor, "ways 5"], stack: str, layer: int, head: int
    ) -> Iterable[Peaks]:
        for name, (a, n, aa, an, nn) in zip(("all", "several"), ways.tolist(), strict=True):
            share = a / n if n else math.nan
            low = high = math.nan
            if n and self.sentences > 1:
                # The error of a ratio of sums over sentences, to first order.
                left = max(0.0, aa - 2 * share * an + share**2 * nn)
                k = self.sentences
                half = float(stats.t.ppf(0.975, k - 1)) * math.sqrt(k / (k - 1) * left) / n
                low, high = max(0.0, share - half), min(1.0, share + half)
            yield Peaks(stack, layer, head, name, share, low, high, int(n))


def _nothing(like: list[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(one) for one in like]


def _squares(one: Float[Tensor, "sentences heads ways 2"]) -> Float[Tensor, "heads ways 5"]:
    a, n = one.unbind(-1)
    return torch.stack([a, n, a * a, a * n, n * n], -1).sum(0)
