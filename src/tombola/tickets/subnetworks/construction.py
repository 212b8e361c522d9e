"""What a construction is: it makes, of a ticket's mask, another one to hold it against."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from tombola.masks import Mask
from tombola.registry import Registry

Alive = Bool[np.ndarray, " entries"]


@dataclass(frozen=True)
class Found:
    """What a construction may look at."""

    good: tuple[Mask, ...]
    """The masks that were found, all of one model: of weights, or of parts. One, or those of
    several runs whose common survivors are meant."""
    seed: int
    """Of whatever is random."""
    weights: Callable[[], Mapping[str, Tensor]] | None = None
    """The trained weights that a mask of weights was found on."""


@runtime_checkable
class Construction(Protocol):
    """One short file in this folder, or in a plug-in, enters one."""

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised when its masks change."""
    about: ClassVar[str]
    """One line for lists."""
    units: ClassVar[tuple[str, ...]]
    """Of what it makes masks: `weights`, `parts`."""

    def mask(self, found: Found) -> Mask:
        """A mask in the same names and shapes."""
        ...


SUBNETWORKS: Registry[Construction] = Registry("subnetwork", "tombola.tickets.subnetworks")
"""Constructions by name."""


def groups(mask: Mask) -> Iterator[tuple[str, ...]]:
    """Names whose entries are drawn together: all weights; or heads, and apart from them MLPs.

    Only a mask of parts has tensors by the names of blocks.
    """
    mlps = tuple(name for name in mask if name.endswith(".mlp"))
    for names in (tuple(name for name in mask if name not in mlps), mlps):
        if names:
            yield names


def flat(mask: Mask, names: tuple[str, ...]) -> Alive:
    """The entries of some tensors in a row."""
    return np.concatenate([mask[name].numpy().reshape(-1) for name in names])


def remade(mask: Mask, make: Callable[[tuple[str, ...]], Alive]) -> Mask:
    """A mask of the same names, whose entries `make` gives for each group."""
    tensors: dict[str, Tensor] = {}
    for names in groups(mask):
        entries, at = make(names), 0
        for name in names:
            n = prod(mask.shapes[name])
            tensors[name] = torch.from_numpy(entries[at : at + n]).reshape(mask.shapes[name])
            at += n
    return Mask({name: tensors[name] for name in mask})


def chosen(n: int, among: Any, n_all: int, rng: np.random.Generator) -> Alive:
    """`n` of the entries whose indices are `among`, all alike likely."""
    found = np.zeros(n_all, dtype=bool)
    found[rng.choice(among, size=n, replace=False, shuffle=False)] = True
    return found
