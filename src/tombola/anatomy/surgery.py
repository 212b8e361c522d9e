"""Surgery: a smaller model that computes what the gated one computes."""

import copy
from collections.abc import Iterable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from tombola.anatomy.locate import anatomy
from tombola.anatomy.parts import Block
from tombola.errors import UserError

Model = TypeVar("Model", bound=nn.Module)


def remove(
    model: Model,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
) -> Model:
    """A copy of `model` without the named heads and MLPs; the model given is left as it is.

    Args:
        model: a supported model.
        heads: attention block (`encoder.0.self`) to the heads that go. The remaining heads of the
            block are numbered anew from 0.
        mlps: MLP blocks (`encoder.0.mlp`) that go; their layer keeps the residual connection.

    The rows of query, key and value and the columns of the output that belong to a removed head
    are gone; a removed MLP has no neurons and no output bias. The forward pass of transformers
    reads head counts from the shapes of what flows through it, so nothing else changes: the
    configuration stays that of the whole model.

    Raises UserError for a block or a head that the model has not, and where no head of a block
    would be left: without heads the attention of transformers cannot tell their number.
    """
    blocks = {block.name: block for block in anatomy(model).blocks}
    keep = {name: _kept(blocks, name, gone) for name, gone in (heads or {}).items()}
    closed = [_block(blocks, name, "mlp") for name in mlps]
    smaller = copy.deepcopy(model)
    for name, rows in keep.items():
        _cut_heads(smaller, blocks[name], rows)
    for block in closed:
        _empty_mlp(smaller, block)
    return smaller


def _block(blocks: Mapping[str, Block], name: str, what: str) -> Block:
    block = blocks.get(name)
    if block is None or (block.kind == "mlp") != (what == "mlp"):
        known = ", ".join(
            name for name, block in blocks.items() if (block.kind == "mlp") == (what == "mlp")
        )
        raise UserError(f"no {what} block {name!r}; there are: {known}")
    return block


def _kept(blocks: Mapping[str, Block], name: str, gone: Iterable[int]) -> list[int]:
    """The heads that stay."""
    block, gone = _block(blocks, name, "attention"), set(gone)
    for head in sorted(gone):
        if not 0 <= head < block.n_heads:
            raise UserError(f"{name} has no head {head}; heads 0 to {block.n_heads - 1}")
    if len(gone) == block.n_heads:
        raise UserError(
            f"all heads of {name} cannot be removed: transformers' attention needs one at least; "
            "close their gates instead"
        )
    return [head for head in range(block.n_heads) if head not in gone]


def _cut_heads(model: nn.Module, block: Block, keep: list[int]) -> None:
    channels = torch.arange(block.n_heads * block.head_dim).view(block.n_heads, block.head_dim)
    kept = channels[keep].flatten()
    for role in ("query", "key", "value"):
        _cut(model, block.modules[role], rows=kept)
    _cut(model, block.modules["output"], columns=kept)


def _empty_mlp(model: nn.Module, block: Block) -> None:
    none = torch.arange(0)
    _cut(model, block.modules["up"], rows=none)
    _cut(model, block.modules["down"], columns=none)
    # A closed gate stops the bias too, because it stands behind the projection.
    model.get_submodule(block.modules["down"]).register_parameter("bias", None)


def _cut(
    model: nn.Module, path: str, rows: Tensor | None = None, columns: Tensor | None = None
) -> None:
    """Keep some rows (outputs) or columns (inputs) of a linear module."""
    linear = model.get_submodule(path)
    if not isinstance(linear, nn.Linear):
        raise TypeError(f"{path} is a {type(linear).__name__}; only nn.Linear can be cut")
    if rows is not None:
        linear.weight = _part(linear.weight, 0, rows)
        linear.out_features = len(rows)
        if linear.bias is not None:
            linear.bias = _part(linear.bias, 0, rows)
    if columns is not None:
        linear.weight = _part(linear.weight, 1, columns)
        linear.in_features = len(columns)


def _part(whole: Tensor, axis: int, kept: Tensor) -> nn.Parameter:
    part = whole.detach().index_select(axis, kept.to(whole.device))
    return nn.Parameter(part, requires_grad=whole.requires_grad)
