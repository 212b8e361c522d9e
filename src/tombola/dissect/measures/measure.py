"""What a measure of similarity is, and the registry of them."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from tombola.dissect.moments import Moments
from tombola.registry import Registry


@runtime_checkable
class Summary(Protocol):
    """What a measure keeps of the moments: small, for every pair of layers at once."""

    @property
    def n(self) -> int:
        """Tokens."""

    def value(self) -> Float[Tensor, "layers_x layers_y"]:
        """The similarity."""

    def noise_floor(self) -> Float[Tensor, "layers_x layers_y"]:
        """What this measure gives, on average, for the same tokens paired at random."""

    def seen_from(self, whole: Any) -> Float[Tensor, "layers_x layers_y"]:
        """The value of this part of a text, linearised about the whole; only its spread counts."""

    def pooled(self, other: Any) -> "Summary":
        """Two parts as one."""


MEASURES: Registry[Callable[[Moments], Summary]] = Registry(
    "measure of similarity", "tombola.dissect.measures"
)
"""Measures by name: `debiased` and `as_published` estimate linear CKA."""
