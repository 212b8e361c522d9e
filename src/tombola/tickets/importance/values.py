"""Importance of every head and MLP of a model, as numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Any, Literal

import torch
from jaxtyping import Float64
from torch import Tensor

Norm = Literal["l2-min-max", "l2", "min-max", "none"]
"""What is done to values before they are compared.

l2-min-max  the heads of each block over their Euclidean norm, then heads from 0 to 1 over the whole
            model, and MLPs from 0 to 1 over the whole model
l2          only the first; MLPs, one to a layer, keep their values
min-max     only the second
none        nothing
"""
ALMOST_NOTHING = 1e-20
"""Added to a norm, so that a block whose heads are all 0 stays at 0."""


@dataclass(frozen=True)
class Importance:
    """What one score says of every head and MLP."""

    score: str
    """Name of the score in `PART_SCORES`."""
    per: str
    """Over what values are means: example, batch, …; empty where no text was read."""
    heads: Mapping[str, Float64[Tensor, " heads"]]
    """Attention block (`encoder.0.self`, `decoder.3.cross`) to its heads, from the input on."""
    mlps: Mapping[str, Float64[Tensor, ""]]
    """MLP block to its value."""
    n: int
    """Examples (or batches) that values are means over; 0 where no text was read."""

    def normed(self, norm: Norm = "l2-min-max") -> "Importance":
        """The same on scales that can be compared.

        As Prasanna et al. (2020), section 3.2 ("layer-wise ℓ2", from Michel et al. 2019 and
        Molchanov et al. 2017), and their code, which has the second step, too. The norm of a layer
        includes heads that are gated shut. It changes how heads of different layers rank; the
        second step changes no ranks. Of an encoder-decoder, self- and cross-attention of a layer
        are two blocks.

        NaN where all values are equal, for they have no place between the lowest and the highest.
        """
        heads, mlps = dict(self.heads), dict(self.mlps)
        if norm in ("l2-min-max", "l2"):
            heads = {
                k: v / (torch.linalg.vector_norm(v) + ALMOST_NOTHING) for k, v in heads.items()
            }
        if norm in ("l2-min-max", "min-max"):
            heads, mlps = _from_0_to_1(heads), _from_0_to_1(mlps)
        return replace(self, heads=heads, mlps=mlps)

    def values(self, parts: Literal["heads", "mlps"]) -> Float64[Tensor, " parts"]:
        """All heads, or all MLPs, in a row."""
        found = list((self.heads if parts == "heads" else self.mlps).values())
        return torch.cat([v.reshape(-1) for v in found]) if found else torch.empty(0).double()

    def rows(self, norm: Norm = "l2-min-max") -> Iterator[dict[str, Any]]:
        """A row for each head and MLP (`head` -1): where it is, its value, its normed value."""
        normed = self.normed(norm)
        for given, also in ((self.heads, normed.heads), (self.mlps, normed.mlps)):
            for block, value in given.items():
                stack, layer, kind = block.rsplit(".", 2)
                raw, scaled = value.reshape(-1).tolist(), also[block].reshape(-1).tolist()
                for i, (one, other) in enumerate(zip(raw, scaled, strict=True)):
                    yield {
                        "stack": stack,
                        "layer": int(layer),
                        "block": kind,
                        "head": i if value.ndim else -1,
                        "value": one,
                        "normed": other,
                    }


def _from_0_to_1(parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All values of a model on one scale."""
    if not parts:
        return {}
    low = min(float(v.min()) for v in parts.values())
    reach = max(float(v.max()) for v in parts.values()) - low
    return {k: (v - low) / reach if reach else torch.full_like(v, nan) for k, v in parts.items()}
