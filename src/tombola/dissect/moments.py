"""Sums over tokens that say how any layer of one model relates to any layer of another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

T = TypeVar("T")
CONSTANT = 1e-6
"""A neuron whose spread is this share of its mean, or less, says nothing: float32 keeps so few
digits that what is left is rounding."""


@dataclass(frozen=True)
class Totals:
    """How many tokens some parts of a text have, and their sums in either model."""

    n: Float[Tensor, " parts"]
    x: Float[Tensor, "parts layers_x d"]
    y: Float[Tensor, "parts layers_y e"]

    def joined(self, other: "Totals") -> "Totals":
        """The parts of both."""
        pairs = ((self.n, other.n), (self.x, other.x), (self.y, other.y))
        return Totals(*(torch.cat(pair) for pair in pairs))


class Moments:
    """Moments of two models' representations of the same tokens, for all pairs of layers at once.

    With K layers of width d in one model, L of width e in the other, it takes about
    8·(K·L·d·e + K·d² + L·e²) bytes, however many tokens it has seen: 74 MB for 7 layers of
    width 384, 920 MB for 13 of width 768.

    Everything is summed in float64 about a fixed `shift` (a mean of some of the tokens): centring
    at the end then takes away little, where plain E[xy] - E[x]E[y] would cancel for neurons whose
    mean is far from zero. Sums about one shift also add up, so moments of parts merge exactly.
    """

    def __init__(
        self,
        shift_x: Float[Tensor, "layers_x d"],
        shift_y: Float[Tensor, "layers_y e"],
        *,
        alike: bool = False,
        fast: bool = False,
    ) -> None:
        """`alike`: both are one model, so that half of the products between layers are enough.

        `fast`: products of a thousand tokens at a time are taken in float32, and summed in float64:
        CKA and NeuronSim then differ by less than a millionth.
        """
        self._alike, self._fast = alike, fast
        self.x = OwnMoments(shift_x, fast=fast)
        self.y = self.x if alike else OwnMoments(shift_y, fast=fast)
        (k, d), (m, e) = shift_x.shape, shift_y.shape
        zeros = shift_x.new_zeros
        self.n = 0
        self.centre_known = False
        """Whether about a centre other than the tokens' own mean: see `recentred`."""
        self._known: dict[str, Any] = {}
        self.pairs = 0
        """Pairs of tokens of one sentence, a token with itself included: sum of squared lengths."""
        self._xy: Float[Tensor, "layers_x*d layers_y*e"] = zeros(k * d, m * e)
        self.norm_norm: Float[Tensor, "layers_x layers_y"] = zeros(k, m)
        """Sum of ‖x‖² ‖y‖²."""
        self.norm_y: Float[Tensor, "layers_x layers_y*e"] = zeros(k, m * e)
        """Sum of ‖x‖² y."""
        self.norm_x: Float[Tensor, "layers_y layers_x*d"] = zeros(m, k * d)
        """Sum of ‖y‖² x."""

    @classmethod
    def start(
        cls,
        x: Sequence[Float[Tensor, "tokens d"]],
        y: Sequence[Float[Tensor, "tokens e"]],
        *,
        fast: bool = False,
    ) -> "Moments":
        """No moments yet, about the mean of these tokens."""
        alike = len(x) == len(y) and all(a is b for a, b in zip(x, y, strict=True))
        means = [torch.stack([layer.double().mean(0) for layer in own]) for own in (x, y)]
        return cls(means[0], means[1], alike=alike, fast=fast)

    def empty(self) -> "Moments":
        """No moments yet, about the same shift."""
        return type(self)(self.x.shift, self.y.shift, alike=self._alike, fast=self._fast)

    @property
    def xy(self) -> Float[Tensor, "rows columns"]:
        """Sum of x yᵀ: layers_x · d rows, layers_y · e columns."""
        if self._alike:
            self.once("mirrored", self._mirror)
        return self._xy

    def add(
        self,
        x: Sequence[Float[Tensor, "tokens d"]],
        y: Sequence[Float[Tensor, "tokens e"]],
        sentence: Int[Tensor, " tokens"],
    ) -> None:
        """Add whole sentences: per layer of either model, the same tokens in the same order.

        `sentence` numbers the sentence of each token, among those that are added now.
        """
        self._known.clear()
        lengths = sentence.bincount()
        self.pairs += int(lengths.square().sum())
        u = self.x.add(x, sentence, lengths)
        v = u if self._alike else self.y.add(y, sentence, lengths)
        u_norm, v_norm = u.square().sum(-1), v.square().sum(-1)
        u_flat, v_flat = u.transpose(0, 1).flatten(1), v.transpose(0, 1).flatten(1)
        self.n += u.shape[1]
        for i, own in enumerate(u) if self._alike else ():
            first = i * own.shape[1]
            there = self._xy[first : first + own.shape[1], first:]
            _add_product(there, own, u_flat[:, first:], fast=self._fast)
        if not self._alike:
            _add_product(self._xy, u_flat, v_flat, fast=self._fast)
        self.norm_norm.addmm_(u_norm, v_norm.T)
        self.norm_y.addmm_(u_norm, v_flat)
        self.norm_x.addmm_(v_norm, u_flat)

    def merge(self, other: "Moments") -> None:
        """Add another's tokens; both are about one shift."""
        self._known.clear()
        self.n += other.n
        self.pairs += other.pairs
        for name in ("_xy", "norm_norm", "norm_y", "norm_x"):
            getattr(self, name).add_(getattr(other, name))
        self.x.merge(other.x)
        if not self._alike:
            self.y.merge(other.y)

    def _mirror(self) -> None:
        """Copy products of a layer and a later one to where they stand the other way round."""
        d = self.x.total.shape[1]
        for first in range(0, len(self._xy), d):
            above = self._xy[first : first + d, first + d :]
            self._xy[first + d :, first : first + d] = above.T

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives for the tokens so far: many measures ask, and the sums are large."""
        if name not in self._known:
            self._known[name] = make()
        known: T = self._known[name]
        return known

    def totals(self) -> Totals:
        """All tokens so far, as one part."""
        n = self.xy.new_tensor([self.n])
        return Totals(n, self.x.total[None].clone(), self.y.total[None].clone())

    def cross(self) -> Float[Tensor, "layers_x layers_y"]:
        """‖XᵀY‖² of the centred representations of every pair of layers."""
        return self.once("cross", lambda: self.cross_about(self.totals()))

    def cross_about(self, parts: Totals) -> Float[Tensor, "layers_x layers_y"]:
        """‖XᵀY‖² where each part, all of them being all tokens, is centred about its own mean."""
        k, d = self.x.total.shape
        m, e = self.y.total.shape
        mean_y = parts.y.flatten(1) / parts.n[:, None]
        squares = [
            # One row of layers at a time: a centred copy of all would double the memory.
            (rows - total.T @ mean_y).square_().sum(0).view(m, e).sum(1)
            for rows, total in zip(self.xy.view(k, d, m * e), parts.x.unbind(1), strict=True)
        ]
        return torch.stack(squares)

    def norms(self) -> Float[Tensor, "layers_x layers_y"]:
        """Sum over tokens of ‖x‖²‖y‖², centred, of every pair of layers."""
        k, d = self.x.total.shape
        m, e = self.y.total.shape
        a, b = self.x.total / self.n, self.y.total / self.n
        aa, bb = a.square().sum(1, keepdim=True), b.square().sum(1)[None]
        middle = torch.einsum("kd,kdme,me->km", a, self.xy.view(k, d, m, e), b)
        # Σ (‖u‖² - 2u·a + ‖a‖²)(‖v‖² - 2v·b + ‖b‖²), multiplied out
        return (
            self.norm_norm
            - 2 * torch.einsum("kme,me->km", self.norm_y.view(k, m, e), b)
            - 2 * torch.einsum("mkd,kd->km", self.norm_x.view(m, k, d), a)
            + self.x.norm[:, None] * bb
            + aa * self.y.norm[None]
            + 4 * middle
            - 3 * self.n * aa * bb
        )


class OwnMoments:
    """Moments of every layer of one model with itself."""

    def __init__(self, shift: Float[Tensor, "layers d"], *, fast: bool = False) -> None:
        """`fast` is said in `Moments`."""
        layers, d = shift.shape
        self.shift, self._fast = shift, fast
        self.n = 0
        self.total: Float[Tensor, "layers d"] = shift.new_zeros(layers, d)
        """Sum of x."""
        self.norm: Float[Tensor, " layers"] = shift.new_zeros(layers)
        """Sum of ‖x‖²."""
        self.xx: Float[Tensor, "layers d d"] = shift.new_zeros(layers, d, d)
        """Sum of x xᵀ."""
        self.norm_norm: Float[Tensor, " layers"] = shift.new_zeros(layers)
        """Sum of ‖x‖⁴."""
        self.norm_x: Float[Tensor, "layers d"] = shift.new_zeros(layers, d)
        """Sum of ‖x‖² x."""
        self.sentence_norm: Float[Tensor, " layers"] = shift.new_zeros(layers)
        """Sum over sentences of ‖t‖², where t is the sum of a sentence's x."""
        self.sentence_total: Float[Tensor, "layers d"] = shift.new_zeros(layers, d)
        """Sum over sentences of length · t."""
        self.whole: Float[Tensor, " layers"] = shift.new_zeros(layers)
        """‖Σ x‖² about the centre: 0 about the mean."""

    def add(
        self,
        x: Sequence[Float[Tensor, "tokens d"]],
        sentence: Int[Tensor, " tokens"],
        lengths: Int[Tensor, " sentences"],
    ) -> Float[Tensor, "layers tokens d"]:
        """Add tokens; return them as they were summed: float64, about the shift."""
        u = torch.stack([layer.double() for layer in x]) - self.shift[:, None]
        norm = u.square().sum(-1)
        self.n += u.shape[1]
        self.total += u.sum(1)
        self.norm += norm.sum(1)
        for total, own in zip(self.xx, u, strict=True):
            _add_product(total, own, own, fast=self._fast)
        self.norm_norm += norm.square().sum(1)
        self.norm_x += torch.einsum("ln,lnd->ld", norm, u)
        t = u.new_zeros(len(u), len(lengths), u.shape[2]).index_add_(1, sentence, u)
        self.sentence_norm += t.square().sum((1, 2))
        self.sentence_total += torch.einsum("s,lsd->ld", lengths.to(u.dtype), t)
        return u

    def merge(self, other: "OwnMoments") -> None:
        """Add another's tokens; both are about one shift."""
        self.n += other.n
        names = ("total", "norm", "xx", "norm_norm", "norm_x", "sentence_norm", "sentence_total")
        for name in names:
            getattr(self, name).add_(getattr(other, name))

    def variance(self) -> Float[Tensor, "layers d"]:
        """Mean square of every neuron, centred."""
        squares = self.xx.diagonal(dim1=1, dim2=2) - self.total.square() / self.n
        return squares.clamp(min=0) / self.n

    def second(self, *, centred: bool) -> Float[Tensor, "layers d d"]:
        """Sum of x xᵀ, about the mean or about zero."""
        if centred:
            return self.xx - torch.einsum("ld,le->lde", self.total, self.total / self.n)
        mixed = torch.einsum("ld,le->lde", self.shift, self.total + self.n / 2 * self.shift)
        return self.xx + mixed + mixed.transpose(1, 2)

    def varies(self) -> Bool[Tensor, "layers d"]:
        """Which neurons are not constant, up to the rounding of float32."""
        mean = self.shift + self.total / self.n
        return self.variance().sqrt() > CONSTANT * mean.abs()

    def energy(self) -> Float[Tensor, " layers"]:
        """Sum over tokens of ‖x‖², centred."""
        return self.norm - self.total.square().sum(1) / self.n

    def sentence_energy(self, pairs: int) -> Float[Tensor, " layers"]:
        """Sum over sentences of ‖t‖², centred: over all pairs of tokens of one sentence, ⟨x, x'⟩.

        `pairs` is their number.
        """
        a = self.total / self.n
        twice = 2 * (a * self.sentence_total).sum(1)
        return self.sentence_norm - twice + pairs * a.square().sum(1)

    def cross(self) -> Float[Tensor, " layers"]:
        """‖XᵀX‖² of the centred representations."""
        return self.cross_about(self.total[None], self.total.new_tensor([self.n]))

    def cross_about(
        self, totals: Float[Tensor, "parts layers d"], n: Float[Tensor, " parts"]
    ) -> Float[Tensor, " layers"]:
        """‖XᵀX‖² where each part, all of them being all tokens, is centred about its own mean."""
        parts = zip(self.xx, totals.unbind(1), strict=True)
        return torch.stack([(xx - own.T @ (own / n[:, None])).square_().sum() for xx, own in parts])

    def norms(self) -> Float[Tensor, " layers"]:
        """Sum over tokens of ‖x‖⁴, centred."""
        a = self.total / self.n
        aa = a.square().sum(1)
        return (
            self.norm_norm
            - 4 * (self.norm_x * a).sum(1)
            + 2 * self.norm * aa
            + 4 * torch.einsum("ld,lde,le->l", a, self.xx, a)
            - 3 * self.n * aa.square()
        )


TOGETHER = 1024
"""Tokens whose products are summed in float32, where that is asked for."""


def _add_product(
    total: Float[Tensor, "d e"],
    u: Float[Tensor, "tokens d"],
    v: Float[Tensor, "tokens e"],
    *,
    fast: bool,
) -> None:
    """Add uᵀv."""
    if not fast:
        total.addmm_(u.T, v)
        return
    for one, other in zip(u.float().split(TOGETHER), v.float().split(TOGETHER), strict=True):
        total.add_(one.T @ other)
