"""Linear CKA from streamed moments: how much the layers of two models agree up to rotation.

Kornblith et al. 2019, "Similarity of Neural Network Representations Revisited", eq. 5:
CKA(X, Y) = ⟨K, L⟩ / √(⟨K, K⟩⟨L, L⟩), with K = XXᵀ, L = YYᵀ of centred X (n tokens × d) and Y.
It is 1 for representations equal up to rotation and one scale, whatever the scale.

Two estimators of the inner product:

as_published   ⟨K, L⟩ = ‖XᵀY‖². Wu et al. 2020 and so Movva & Zhao 2020, section 5, use it. It is
               biased upwards: unrelated isotropic X and Y of width p score p / (n + p).
debiased       the unbiased HSIC of Song et al. 2012, "Feature Selection via Dependence
               Maximization", eq. 5, which leaves a token's product with itself out. Unrelated
               representations score 0 on average, so a value can be slightly negative.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.moments import Moments, OwnMoments


@dataclass(frozen=True)
class Products:
    """Inner products of Gram matrices, all pairs of layers; a `Summary`."""

    n: int
    xy: Float[Tensor, "layers_x layers_y"]
    xx: Float[Tensor, " layers_x"]
    yy: Float[Tensor, " layers_y"]
    paired_at_random: Float[Tensor, "layers_x layers_y"]
    """Mean of `xy` over all ways of pairing the tokens of one model with those of the other."""

    def scale(self) -> Float[Tensor, "layers_x layers_y"]:
        """√(xx yy); NaN where a layer is constant or too few tokens leave an estimate below 0."""
        roots = [torch.where(own > 0, own, torch.nan).sqrt() for own in (self.xx, self.yy)]
        return torch.outer(*roots)

    def value(self) -> Float[Tensor, "layers_x layers_y"]:
        """CKA."""
        return self.xy / self.scale()

    def noise_floor(self) -> Float[Tensor, "layers_x layers_y"]:
        """Mean CKA over all pairings of the tokens: it holds for this spectrum, not only noise."""
        return self.paired_at_random / self.scale()

    def seen_from(self, whole: "Products") -> Float[Tensor, "layers_x layers_y"]:
        """First-order change of the whole's CKA towards this part's products.

        A ratio's own value in a small part is noisier, and for the biased estimator squeezed
        towards 1, so its spread would not tell that of the whole.
        """
        half_value = whole.value() / 2
        own = (self.xx / whole.xx)[:, None] + (self.yy / whole.yy)[None]
        return self.xy / whole.scale() - half_value * own

    def pooled(self, other: "Products") -> "Products":
        """The average of two parts, by their tokens."""
        n = self.n + other.n
        mine, its = self.n / n, other.n / n
        return Products(
            n,
            mine * self.xy + its * other.xy,
            mine * self.xx + its * other.xx,
            mine * self.yy + its * other.yy,
            mine * self.paired_at_random + its * other.paired_at_random,
        )


@MEASURES.register("as_published")
def as_published(moments: Moments) -> Products:
    """The biased estimator, in float64; Wu et al.'s code sums in float32."""
    n = moments.n
    energies = torch.outer(moments.x.energy(), moments.y.energy())
    return Products(
        n,
        moments.cross() / n**2,
        _unless_constant(moments.x, moments.x.cross() / n**2),
        _unless_constant(moments.y, moments.y.cross() / n**2),
        energies / (n - 1) / n**2,  # over all permutations, exactly
    )


@MEASURES.register("debiased")
def debiased(moments: Moments) -> Products:
    """The unbiased estimator; needs four tokens, NaN with fewer."""
    x, y, n = moments.x, moments.y, moments.n
    xy = _unbiased(moments.cross(), moments.norms(), torch.outer(x.energy(), y.energy()), n)
    xx = _unbiased(x.cross(), x.norms(), x.energy().square(), n)
    yy = _unbiased(y.cross(), y.norms(), y.energy().square(), n)
    no_bias = torch.zeros_like(xy)  # over all permutations, exactly
    return Products(n, xy, _unless_constant(x, xx), _unless_constant(y, yy), no_bias)


def _unbiased(cross: Tensor, norms: Tensor, energies: Tensor, n: int) -> Tensor:
    """Unbiased HSIC.

    With K̃, L̃ the Gram matrices without their diagonals k, l, Song et al. give n(n-3) HSIC =
    tr(K̃L̃) + 1ᵀK̃1 1ᵀL̃1 / ((n-1)(n-2)) - 2 1ᵀK̃L̃1 / (n-2). It does not change when X and Y are
    centred; then K1 = 0, so K̃1 = -k, and all terms follow from ‖XᵀY‖² (`cross`),
    Σ k l (`norms`) and Σk Σl (`energies`), none of which needs an n × n matrix.
    """
    if n < 4:
        return torch.full_like(cross, torch.nan)
    total = cross - norms * n / (n - 2) + energies / ((n - 1) * (n - 2))
    return total / (n * (n - 3))


def _unless_constant(own: OwnMoments, product: Tensor) -> Tensor:
    """NaN where all tokens have one representation, whose products are rounding alone."""
    rounding = (1e-13 * own.shift.norm(dim=1)) ** 2
    return torch.where(own.energy() / own.n > rounding, product, torch.nan)
