"""Masks of heads and MLPs, and what they are as masks of weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

import torch

from tombola.anatomy.parts import Anatomy, Block, Parameter
from tombola.masks.mask import Mask

Unit = Literal["weights", "parts", "heads", "mlps"]
"""What a mask is counted in. Parts are heads and MLPs."""
UNITS: tuple[Unit, ...] = get_args(Unit)


@dataclass(frozen=True)
class PartShare:
    """How much of one head or MLP survives."""

    block: Block
    head: int
    """-1 for an MLP."""
    n: int
    """Its entries that the mask holds; 0 where it holds none."""
    survivors: int

    @property
    def share(self) -> float:
        """Surviving share of the entries, 0 to 1; 1 where the mask says nothing of it."""
        return self.survivors / self.n if self.n else 1.0


def all_parts(body: Anatomy) -> Mask:
    """The mask of parts under which all survive.

    A mask of parts has a tensor [heads] for each attention block and one [1] for each MLP, by the
    block's name (`encoder.0.self`). It is a `Mask` like any other, and can be counted, cut and
    compared like one.
    """
    return Mask({b.name: torch.ones(b.n_heads or 1, dtype=torch.bool) for b in body.blocks})


def weights_under(parts: Mask, body: Anatomy) -> Mask:
    """The mask of weights that leaves out the parts which a mask of parts leaves out.

    It holds the matrices and biases that belong to heads or MLPs. Of a pruned head the rows of
    query, key and value (weights and biases) and the columns of the output matrix go; keys and
    values that heads share go with the last of them. The output's bias belongs to no head and is
    not in the mask. Of a pruned MLP everything goes, the bias of its output too.

    Raises UserError for a mask of another model's parts.
    """
    all_parts(body).check_same(parts)

    def kept(p: Parameter, block: Block) -> torch.Tensor:
        alive = parts[block.name]
        if block.kind == "mlp":
            return alive.reshape((1,) * len(p.shape)).expand(p.shape)
        found = torch.zeros(p.shape, dtype=torch.bool)
        for head in alive.nonzero()[:, 0].tolist():
            for box in p.boxes(head, block.n_heads):
                found[box] = True
        return found

    return Mask((p.name, kept(p, block)) for p, block in _in_parts(body))


def part_shares(mask: Mask, body: Anatomy) -> Iterator[PartShare]:
    """How much of every head and MLP survives in a mask of weights, heads first.

    Entries that several heads share count for each. Raises UserError for a mask of another model.
    """
    mask.sparsity_by(body, "name")  # refuses what is of another model
    names = {alias: p.name for p in body.parameters for alias in (p.name, *p.aliases)}
    held = {names[name]: mask[name] for name in mask}
    by_block: dict[str, list[Parameter]] = {block.name: [] for block in body.blocks}
    for p, block in _in_parts(body):
        if p.name in held:
            by_block[block.name].append(p)
    for block in body.attention:
        for head in range(block.n_heads):
            boxes = [
                held[p.name][box]
                for p in by_block[block.name]
                for box in p.boxes(head, block.n_heads)
            ]
            n = sum(box.numel() for box in boxes)
            yield PartShare(block, head, n, sum(int(box.count_nonzero()) for box in boxes))
    for block in body.mlps:
        parameters = by_block[block.name]
        n = sum(prod(p.shape) for p in parameters)
        alive = sum(int(held[p.name].count_nonzero()) for p in parameters)
        yield PartShare(block, -1, n, alive)


def surviving_parts(mask: Mask, body: Anatomy) -> Mask:
    """The mask of parts: a head or an MLP survives where any of its weights does.

    Raises UserError for a mask of another model.
    """
    found = dict(all_parts(body))
    for part in part_shares(mask, body):
        found[part.block.name][max(part.head, 0)] = part.share > 0
    return Mask(found)


def in_units(mask: Mask, unit: Unit, body: Anatomy) -> Mask:
    """A mask of weights as one of weights, of parts, of heads alone or of MLPs alone.

    Raises UserError for a mask of another model.
    """
    if unit == "weights":
        return mask
    parts = surviving_parts(mask, body)
    if unit == "parts":
        return parts
    chosen = body.attention if unit == "heads" else body.mlps
    return Mask({block.name: parts[block.name] for block in chosen})


def _in_parts(body: Anatomy) -> Iterator[tuple[Parameter, Block]]:
    """The matrices and biases that belong to heads or MLPs, with their blocks."""
    blocks = {block.name: block for block in body.blocks}
    for p in body.in_sets(("matrices", "biases")):
        block = blocks.get(p.place)
        if block is not None and (block.kind == "mlp" or p.axis is not None):
            yield p, block
