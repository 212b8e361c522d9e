"""Linear CKA from streamed moments: how much the layers of two models agree up to rotation.

Kornblith et al. 2019, "Similarity of Neural Network Representations Revisited", eq. 5:
CKA(X, Y) = ⟨K, L⟩ / √(⟨K, K⟩⟨L, L⟩), with K = XXᵀ, L = YYᵀ of centred X (n tokens × d) and Y.
It is 1 for representations equal up to rotation and one scale, whatever the scale.

Three estimators of the inner product, by the pairs of tokens whose products they leave out:

as_published   none: ⟨K, L⟩ = ‖XᵀY‖². Wu et al. 2020 and so Movva & Zhao 2020, section 5, use it.
               It is biased upwards: unrelated isotropic X and Y of width p score p / (n + p).
debiased       a token with itself: the unbiased HSIC of Song et al. 2012, "Feature Selection via
               Dependence Maximization", eq. 5. Unrelated representations score 0 on average where
               tokens are independent. The tokens of one sentence are not: on text it is still
               biased upwards, by something that falls with the number of sentences.
across_blocks  tokens of one block of sentences: what is left comes from sentences that do not know
               of each other, so unrelated representations score 0 on average, however alike the
               tokens of a sentence, or neighbouring sentences, are. It needs two blocks.

The noise floor of the first two is their mean over all ways of pairing the sentences of one model
with those of the other, and the tokens within each such pair: where all sentences have one length
exactly that, and else what comes of giving every pair of tokens the mean product of its kind (a
token with itself, two of one sentence, two of different sentences) in either model. Likeness that
comes with a token's place in its sentence, as that of all [CLS], counts as similarity, not noise.

The interval of `across_blocks` is about its value, that of `as_published` about its own: of what
other texts of this length would give. That of `debiased` is widened, where its bias is felt, to
hold the interval of `across_blocks` as well: both are of what a text without end would give. Where
blocks have few sentences for the width of a layer they are too wide (at 50 sentences, width 128 and
correlation .3 within a sentence, by a factor of some 2.5), never too narrow for that reason.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import (
    MEASURES,
    Block,
    LayerEstimates,
    Measure,
    Reading,
    half_width,
)
from tombola.dissect.moments import Moments, OwnMoments, Totals


@dataclass(frozen=True)
class Products:
    """Inner products of Gram matrices, all pairs of layers."""

    xy: Float[Tensor, "layers_x layers_y"]
    xx: Float[Tensor, " layers_x"]
    yy: Float[Tensor, " layers_y"]

    def scale(self) -> Float[Tensor, "layers_x layers_y"]:
        """√(xx yy); NaN where a layer is constant or too few tokens leave an estimate below 0."""
        roots = [torch.where(own > 0, own, torch.nan).sqrt() for own in (self.xx, self.yy)]
        return torch.outer(*roots)

    def value(self) -> Float[Tensor, "layers_x layers_y"]:
        """CKA."""
        return self.xy / self.scale()

    def seen_from(self, whole: "Products") -> Float[Tensor, "layers_x layers_y"]:
        """First-order change of the whole's CKA towards this part's products.

        A ratio's own value in a small part is noisier, and for the biased estimator squeezed
        towards 1, so its spread would not tell that of the whole.
        """
        half_value = whole.value() / 2
        own = (self.xx / whole.xx)[:, None] + (self.yy / whole.yy)[None]
        return self.xy / whole.scale() - half_value * own

    def mixed(self, mine: float, other: "Products", its: float) -> "Products":
        """A weighted sum."""
        return Products(
            mine * self.xy + its * other.xy,
            mine * self.xx + its * other.xx,
            mine * self.yy + its * other.yy,
        )


@dataclass(frozen=True)
class CKABlock(Block):
    """What CKA keeps of a block: small, but for the sums of its tokens."""

    products: Products
    """By the measure's own estimator."""
    cross: Products
    """‖XᵀY‖² and so on, summed over the parts of the block, each about its own mean."""
    parts: Totals
    """The parts: one until blocks are joined."""

    def joined(self, other: "CKABlock") -> "CKABlock":
        """Two blocks as one: products averaged by tokens."""
        n = self.n + other.n
        products = self.products.mixed(self.n / n, other.products, other.n / n)
        return CKABlock(
            n,
            products.value(),
            products,
            self.cross.mixed(1.0, other.cross, 1.0),
            self.parts.joined(other.parts),
        )


class LinearCKA(Measure[Moments, CKABlock]):
    """What the estimators share."""

    sums: ClassVar[type[Moments]] = Moments

    def begin(self, x: Sequence[Tensor], y: Sequence[Tensor], reading: Reading) -> Moments:
        """No moments yet, in the precision that is asked for."""
        return self.sums.start(x, y, fast=reading.products == "float32")

    @abstractmethod
    def products(self, moments: Moments) -> Products:
        """The estimator's inner products, per pair of tokens."""

    def value(self, sums: Moments) -> Float[Tensor, "layers_x layers_y"]:
        """CKA."""
        return self.products(sums).value()

    def block(self, sums: Moments) -> CKABlock:
        """A block as one part."""
        own = self.products(sums)
        return CKABlock(sums.n, own.value(), own, _cross(sums), sums.totals())


class AsPublished(LinearCKA):
    """The biased estimator, in float64; Wu et al.'s code sums in float32."""

    name = "as_published"
    title = "linear CKA, as published"
    any_centre = True

    def products(self, moments: Moments) -> Products:
        """⟨K, L⟩ / n²."""
        n, cross = moments.n, _cross(moments)
        return Products(
            cross.xy / n**2,
            _unless_constant(moments.x, cross.xx / n**2),
            _unless_constant(moments.y, cross.yy / n**2),
        )

    def noise_floor(self, sums: Moments) -> Float[Tensor, "layers_x layers_y"]:
        """As said above."""
        return cross_at_random(sums) / sums.n**2 / self.products(sums).scale()

    def estimate(
        self, whole: Moments, blocks: Sequence[CKABlock], rest: Sequence[CKABlock]
    ) -> LayerEstimates:
        """Value ± what blocks differ by."""
        own = self.products(whole)
        value, half = own.value(), _half_width(own, blocks)
        return self.within_range(value, value - half, value + half, self.noise_floor(whole))


class Debiased(LinearCKA):
    """The estimator without the tokens' own squares; needs four tokens, NaN with fewer."""

    name = "debiased"
    title = "linear CKA, debiased"
    any_centre = True

    def products(self, moments: Moments) -> Products:
        """Unbiased HSIC, for independent tokens."""
        x, y, n = moments.x, moments.y, moments.n
        cross, unbiased = _cross(moments), _without_mean if moments.centre_known else _unbiased
        xy = unbiased(cross.xy, moments.norms(), torch.outer(x.energy(), y.energy()), n)
        xx = unbiased(cross.xx, x.norms(), x.energy().square(), n)
        yy = unbiased(cross.yy, y.norms(), y.energy().square(), n)
        return Products(xy, _unless_constant(x, xx), _unless_constant(y, yy))

    def noise_floor(self, sums: Moments) -> Float[Tensor, "layers_x layers_y"]:
        """As said above; 0 where every sentence is one token."""
        energies = torch.outer(sums.x.energy(), sums.y.energy())
        unbiased = _without_mean if sums.centre_known else _unbiased
        own = unbiased(cross_at_random(sums), energies / sums.n, energies, sums.n)
        return own / self.products(sums).scale()

    def estimate(
        self, whole: Moments, blocks: Sequence[CKABlock], rest: Sequence[CKABlock]
    ) -> LayerEstimates:
        """An interval that holds the value, and that of `across_blocks`."""
        value, fair = self.value(whole), _across(whole, [*blocks, *rest])
        half = _half_width(fair, blocks)
        low, high = (end(value, fair.value()) for end in (torch.minimum, torch.maximum))
        return self.within_range(value, low - half, high + half, self.noise_floor(whole))


class AcrossBlocks(Debiased):
    """The estimator without products within a block; NaN with fewer than two."""

    name = "across_blocks"
    title = "linear CKA, across blocks"
    any_centre = False

    def estimate(
        self, whole: Moments, blocks: Sequence[CKABlock], rest: Sequence[CKABlock]
    ) -> LayerEstimates:
        """Value ± what blocks, each debiased by itself, differ by."""
        own = _across(whole, [*blocks, *rest])
        value, half = own.value(), _half_width(own, blocks)
        return self.within_range(value, value - half, value + half, torch.zeros_like(value))


def _cross(moments: Moments) -> Products:
    return Products(moments.cross(), moments.x.cross(), moments.y.cross())


def _across(whole: Moments, blocks: Sequence[CKABlock]) -> Products:
    """Mean product of the covariances of two parts of a text, each about its own mean.

    The sum over all parts squared, less every part's own square, are the products of different
    parts: none of their tokens, and no common mean, is in both, so that they are unbiased where
    either has no covariance, and else short by a share of some 1 / sentences of a part, which
    numerator and denominator of CKA have in common.
    """
    if not blocks:
        nothing = torch.full_like(whole.norm_norm, torch.nan)
        return Products(nothing, nothing[:, 0], nothing[0])
    all_of_it = reduce(CKABlock.joined, blocks)
    n = all_of_it.parts.n
    pairs = float(n.sum().square() - n.square().sum())
    if pairs == 0:
        return _across(whole, [])
    parts = all_of_it.parts
    cross = Products(
        whole.cross_about(parts),
        whole.x.cross_about(parts.x, n),
        whole.y.cross_about(parts.y, n),
    )
    between = cross.mixed(1 / pairs, all_of_it.cross, -1 / pairs)
    return Products(
        between.xy, _unless_constant(whole.x, between.xx), _unless_constant(whole.y, between.yy)
    )


def _half_width(whole: Products, blocks: Sequence[CKABlock]) -> Float[Tensor, "layers_x layers_y"]:
    seen = [block.products.seen_from(whole) for block in blocks]
    return half_width([block.n for block in blocks], seen, whole.xy)


def cross_at_random(moments: Moments) -> Float[Tensor, "layers_x layers_y"]:
    """Mean of ‖XᵀY‖² where sentences, and tokens within them, are paired at random.

    ⟨K, L⟩ is a sum over pairs of tokens of three kinds: a token with itself (n of them), two of one
    sentence, two of different ones. Centred, the products of each kind sum to the energy D, to
    E - D and to W - E, where E is the energy of the sentences' sums, and W that of the whole sum: 0
    about the mean.
    """
    n, pairs = moments.n, moments.pairs
    d = [own.energy() for own in (moments.x, moments.y)]
    e = [own.sentence_energy(pairs) for own in (moments.x, moments.y)]
    within = [theirs - own for theirs, own in zip(e, d, strict=True)]
    wholes = (moments.x.whole, moments.y.whole)
    between = [whole - own for whole, own in zip(wholes, e, strict=True)]
    return (
        torch.outer(*d) / n
        + torch.outer(*within) / max(1, pairs - n)  # both are 0 where sentences have one token
        + torch.outer(*between) / max(1, n**2 - pairs)  # and where there is one sentence
    )


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


def _without_mean(cross: Tensor, norms: Tensor, energies: Tensor, n: int) -> Tensor:
    """Mean over pairs of different tokens, about a centre that is not estimated from them."""
    return torch.full_like(cross, torch.nan) if n < 2 else (cross - norms) / (n * (n - 1))


def _unless_constant(own: OwnMoments, product: Tensor) -> Tensor:
    """NaN where all tokens have one representation, whose products are rounding alone."""
    rounding = (1e-13 * own.shift.norm(dim=1)) ** 2
    return torch.where(own.energy() / own.n > rounding, product, torch.nan)


for _estimator in (AsPublished(), Debiased(), AcrossBlocks()):
    MEASURES.add(_estimator)
