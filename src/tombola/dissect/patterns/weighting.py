"""How attention maps are weighted: as the model has them, or by what they let through."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from torch import Tensor

from tombola.dissect.patterns.heads import Heads
from tombola.dissect.patterns.synthetic import Look

Weighting = Literal["raw", "norm", "as_published"]
"""What a map holds.

raw           the weights α_ij, whose rows sum to 1
norm          ‖α_ij f(x_j)‖, with f(x) a token's value (with bias) through the head's part of the
              output matrix, without its bias (Kobayashi et al. 2020, section 3)
as_published  the same with the head's part of the *transposed* output matrix, as in the code of
              Prasanna et al. (2020), whose slices of a Linear's (out, in) weight are those of the
              outputs: such heads do not add up to what the block gives
"""
WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)
LOOKS: Mapping[Weighting, Look] = {"raw": "raw", "norm": "norm", "as_published": "norm"}
"""What made-up maps look like that a classifier of such maps is trained on."""

Scale = Callable[[Heads, Tensor], Tensor | None]
"""From what the matrix that makes values gave to factors [batch heads keys] of weights."""
SCALES: Mapping[Weighting, Scale] = {
    "raw": lambda heads, made: None,
    "norm": lambda heads, made: heads.norms(made),
    "as_published": lambda heads, made: heads.norms(made, published=True),
}
