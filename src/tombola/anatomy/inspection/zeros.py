"""How many entries of a tensor are zero, and in which heads."""

from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from tombola.anatomy.parts import Anatomy, Block, Parameter

Box: TypeAlias = tuple[slice, ...]
"""An index of a part of a tensor."""

Heads: TypeAlias = tuple[tuple[Box, ...], ...]
"""For each head the boxes that are its own."""


@dataclass(frozen=True)
class Zeros:
    """Entries that are exactly zero."""

    n: int
    by_head: tuple[int, ...] = ()
    """Those of each head; empty for what does not split into heads."""


def n_zeros(tensor: Tensor) -> int:
    """Number of entries that are exactly zero."""
    return tensor.numel() - int(tensor.count_nonzero())


def zeros(tensor: Tensor, heads: Heads | None = None) -> Zeros:
    """Zeros of a tensor, and of each head where it is known which entries are whose."""
    by_head = (sum(n_zeros(tensor[box]) for box in boxes) for boxes in heads or ())
    return Zeros(n_zeros(tensor), tuple(by_head))


def heads_of(parameter: Parameter, block: Block) -> Heads | None:
    """Which entries of a block's parameter belong to each of its heads; None where none is told.

    Keys and values that several heads share belong to each of them.
    """
    if block.n_heads == 0 or parameter.axis is None:
        return None
    return tuple(parameter.boxes(head, block.n_heads) for head in range(block.n_heads))


def heads_by_name(body: Anatomy) -> dict[str, Heads]:
    """The same for every matrix of attention whose heads can be told apart, by parameter name."""
    found = {}
    for block in body.attention:
        for path in block.modules.values():
            parameter = body.parameter(f"{path}.weight")
            heads = heads_of(parameter, block)
            if heads is not None:
                found[parameter.name] = heads
    return found


def entries_per_head(parameter: Parameter) -> int:
    """How many entries of a parameter each head has, shared ones too; 0 where it does not split."""
    if parameter.axis is None or parameter.size == 0:
        return 0
    across = parameter.size // parameter.shape[parameter.axis]
    return across * sum(strip.width for strip in parameter.strips)
