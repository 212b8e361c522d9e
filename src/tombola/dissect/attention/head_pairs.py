"""How alike two heads' rows are, for all pairs of heads of all pairs of layers, summed."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.attention.looks import Maps, cuts
from tombola.errors import UserError

FLAT = 1e-6
"""A row whose spread is this share of its length, or less, is flat: correlations are rounding."""


class HeadPairs:
    """Sums over rows of attention, one for every two heads of two models.

    With K layers of H heads in one model, L of G in the other, four sums of K·H·L·G numbers in
    float64, however long the text: 1.2 MB for 12 layers of 12 heads each.
    """

    def __init__(self, layers: tuple[int, int], heads: tuple[int, int], device: torch.device):
        self.n = 0
        """Rows: tokens that look."""
        self.sentences = 0
        self.layers, self.heads, self._device = layers, heads, device
        shape = (layers[0] * heads[0], layers[1] * heads[1])
        self.correlation = torch.zeros(shape, dtype=torch.float64, device=device)
        """Sum of Pearson correlations over the positions of a row."""
        self.defined = torch.zeros_like(self.correlation)
        """Rows that have one: neither row is flat."""
        self.divergence = torch.zeros_like(self.correlation)
        """Sum of Jensen-Shannon divergences, in bits."""
        self.distance = torch.zeros_like(self.correlation)
        """Sum over sentences of the Frobenius distance of two maps."""

    @classmethod
    def start(cls, x: Maps, y: Maps) -> "HeadPairs":
        """No rows yet. Raises UserError where layers of one model differ in heads."""
        return cls((len(x), len(y)), (_heads_of(x), _heads_of(y)), x[0].device)

    def empty(self) -> "HeadPairs":
        """No rows yet."""
        return HeadPairs(self.layers, self.heads, self._device)

    def add(self, x: Maps, y: Maps, sentence: Int[Tensor, " tokens"]) -> None:
        """Add whole sentences of rows."""
        for some in cuts(sentence, x[0].shape[2]):
            one, other = _stacked(x, some), _stacked(y, some)
            own = sentence[some]
            self._add(one, other, own.unique(return_inverse=True)[1])

    def merge(self, other: "HeadPairs") -> None:
        """Add another's rows."""
        self.n += other.n
        self.sentences += other.sentences
        for name in ("correlation", "defined", "divergence", "distance"):
            getattr(self, name).add_(getattr(other, name))

    def by_layer(
        self, sums: Float[Tensor, "rows columns"]
    ) -> Float[Tensor, "layers_x layers_y heads_x heads_y"]:
        """One of the sums, layer by layer."""
        (k, m), (h, g) = self.layers, self.heads
        return sums.view(k, h, m, g).transpose(1, 2)

    def _add(
        self,
        x: Float[Tensor, "n a p"],
        y: Float[Tensor, "n b p"],
        sentence: Int[Tensor, " n"],
    ) -> None:
        self.n += len(x)
        count = int(sentence.max()) + 1
        self.sentences += count
        (one, has_one), (other, has_other) = _standard(x), _standard(y)
        self.correlation += torch.einsum("nap,nbp->ab", one, other)
        self.defined += has_one.T @ has_other
        x, y = x.nan_to_num(0), y.nan_to_num(0)
        own = _entropy(x)[:, :, None], _entropy(y)[:, None]
        for i, rows in enumerate(x.unbind(1)):  # one head at a time: all would be too large
            both = _entropy((rows[:, None] + y) / 2)
            self.divergence[i] += (both - (own[0][:, i] + own[1][:, 0]) / 2).sum(0)
        products = torch.bmm(x, y.transpose(1, 2))
        squares = x.square().sum(2)[:, :, None] + y.square().sum(2)[:, None] - 2 * products
        whole = squares.new_zeros(count, *squares.shape[1:]).index_add_(0, sentence, squares)
        self.distance += whole.clamp(min=0).sqrt().sum(0)


def _heads_of(maps: Maps) -> int:
    found = {layer.shape[1] for layer in maps}
    if len(found) > 1:
        raise UserError(
            f"layers of {', '.join(map(str, sorted(found)))} heads: heads are compared row by row "
            "among layers of one number of heads; name such `layers`"
        )
    return found.pop()


def _stacked(maps: Maps, some: slice) -> Float[Tensor, "n all_heads p"]:
    """All heads of all layers, layer by layer."""
    return torch.cat([layer[some].double() for layer in maps], 1)


def _standard(
    rows: Float[Tensor, "n a p"],
) -> tuple[Float[Tensor, "n a p"], Float[Tensor, "n a"]]:
    """Rows of mean 0 and length 1 over the positions seen; and whether they are not flat."""
    left = (rows - rows.nanmean(2, keepdim=True)).nan_to_num(0)
    length, whole = left.norm(dim=2), rows.nan_to_num(0).norm(dim=2)
    varies = length > FLAT * whole
    left = left / torch.where(varies, length, 1.0)[..., None]
    return left * varies[..., None], varies.to(rows.dtype)


def _entropy(rows: Float[Tensor, "... p"]) -> Float[Tensor, "..."]:
    """In bits."""
    return torch.special.entr(rows).sum(-1) / torch.log(rows.new_tensor(2.0))
