"""CKA with a Gaussian kernel, on a sample of tokens.

Kornblith et al. 2019, section 3, and Wu et al. 2020: k(x, x') = exp(-‖x - x'‖² / (2 m)), where m is
the median of all squared distances within the layer (of an even number the lower). The estimator is
the biased one, whose floor does not vanish with more tokens as fast as that of debiased linear CKA.

A kernel matrix has as many numbers as the square of its tokens, so at most 2,000 tokens of the
sample are looked at.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.measures.sampled import Sampled, centred
from tombola.dissect.sample import Sample

MOST = 2000


class RBFCKA(Sampled):
    """Of Gaussian kernels as wide as the median distance."""

    name = "rbf_cka"
    title = "CKA, Gaussian kernel"

    def counted(self, sums: Sample) -> int:
        """Tokens that the kernels are of."""
        return min(sums.kept, MOST)

    def prepared(self, rows: Float[Tensor, "n d"]) -> Float[Tensor, "m m"]:
        """The kernel, centred, of norm 1; NaN of a constant layer."""
        some = centred(rows[:MOST])
        norms = some.square().sum(1)
        squares = (norms[:, None] + norms - 2 * some @ some.T).clamp_(min=0)
        kernel = torch.exp(-squares / (2 * squares.median()))
        kernel -= kernel.mean(0)
        kernel -= kernel.mean(1, keepdim=True)
        return kernel / kernel.norm()

    def between(self, x: Float[Tensor, "m m"], y: Float[Tensor, "m m"]) -> Tensor | float:
        """Inner product of the kernels."""
        return (x * y).sum()


MEASURES.add(RBFCKA())
