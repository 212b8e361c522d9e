"""Vectors of words: what a probe reads. In a file, whatever the size of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

Pooling = Literal["mean", "first", "last", "max"]
Precision = Literal["half", "single"]
StackName = Literal["encoder", "decoder"]


MIX = -1
"""In place of a layer's number: all layers, mixed by weights that the probe learns."""


@dataclass(frozen=True)
class Words:
    """Vectors of the words of texts, at several layers of a stack."""

    vectors: np.ndarray
    """layers × words × width, float16 or float32, mostly in a file; row after row, the words of the
    kept texts in order."""
    layers: tuple[int, ...]
    """The layers' numbers; 0 is the embedding output."""
    starts: Int[np.ndarray, " texts_plus_1"]
    """First row of each kept text, and the end."""
    kept: tuple[int, ...]
    """Indices of the texts that were not left out."""
    skipped: tuple[int, ...] = ()
    """Indices of those that were, for they were too long."""
    unknown: float = 0.0
    """Share of the sub-tokens that the tokenizer does not know."""
    n_windowed: int = 0
    """Texts that were read through windows."""

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[2])

    def read(
        self,
        rows: Int[np.ndarray, "*items arity"],
        layers: Sequence[int],
        dtype: torch.dtype,
        device: torch.device | None = None,
    ) -> Float[Tensor, "layers *items features"]:
        """What probes of some layers (by number) read of words, or of pairs of words.

        A word is its vector; a pair of words x and y is [x, y, x∘y] (Liu et al. 2019, section 2).
        """
        index = torch.from_numpy(np.ascontiguousarray(rows))
        shape = (len(layers), *index.shape[:-1], self.features(index.shape[-1]))
        found = torch.empty(shape, dtype=dtype, device=device)
        for out, layer in zip(found, layers, strict=True):
            # Moved in its short form, and written where it belongs: every copy takes time.
            words = self._layer(layer)[index.reshape(-1)].view(*index.shape, self.width)
            _join_into(out, words.to(device))
        return found

    def read_all(
        self, rows: Int[np.ndarray, "*items arity"], dtype: torch.dtype
    ) -> Float[Tensor, "*items arity layers width"]:
        """All layers of the words of items, for a probe that mixes them."""
        index = torch.from_numpy(np.ascontiguousarray(rows))
        taken = [self._layer(layer)[index.reshape(-1)] for layer in self.layers]
        return torch.stack(taken, 1).to(dtype).view(*index.shape, len(self.layers), self.width)

    def features(self, arity: int) -> int:
        """How many numbers a probe reads of a word, or of a pair."""
        return self.width * (1 if arity == 1 else 3)

    def _layer(self, number: int) -> Tensor:
        return torch.from_numpy(self.vectors[self.layers.index(number)])


def joined(words: Float[Tensor, "*items arity width"]) -> Float[Tensor, "*items features"]:
    """What a probe reads of items of one word, or of a pair: [x, y, x∘y]."""
    if words.shape[-2] == 1:
        return words.squeeze(-2)
    x, y = words.unbind(-2)
    return torch.cat([x, y, x * y], dim=-1)


def _join_into(
    found: Float[Tensor, "*items features"], words: Float[Tensor, "*items arity width"]
) -> None:
    """What `joined` gives, in the type of `found`."""
    if words.shape[-2] == 1:
        found.copy_(words.squeeze(-2))
        return
    x, y, product = found.chunk(3, dim=-1)
    x.copy_(words[..., 0, :])
    y.copy_(words[..., 1, :])
    torch.mul(x, y, out=product)
