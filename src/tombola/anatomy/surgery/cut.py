"""Taking heads, neurons and layers out of a model, in place: matrices get smaller.

Works on weights and, where only shapes matter, on the meta device.
"""

from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from tombola.anatomy.adapters import StackPlan
from tombola.anatomy.locate import (
    Located,
    base_prefix,
    layer_lists,
    located,
    plan_of,
)
from tombola.anatomy.parts import Anatomy, Block, Parameter, Strip
from tombola.anatomy.surgery.record import Kept


def cut(model: nn.Module, body: Anatomy, kept: Kept) -> None:
    """Leave of `model`, whose anatomy is `body`, what is kept."""
    where = located(model)
    split: dict[str, list[Parameter]] = {}
    for parameter in body.parameters:
        if parameter.axis is not None:
            split.setdefault(parameter.place, []).append(parameter)
    table = plan_of(model).head_table
    if table is not None and kept.heads:
        # All layers keep the same heads: those of any of them.
        block = next(iter(body.attention))
        heads = next(iter(kept.heads.values())) or _silent(block)
        shared = body.parameter(f"{base_prefix(model)}{table}.weight")
        columns = replace(shared, axis=1, strips=(Strip(0, block.n_heads, 1),))
        _narrow(model, columns, heads, block.n_heads)
    for name, stay in kept.heads.items():
        _cut_heads(model, split[name], where[name], stay)
    for name, stay in {**kept.neurons, **{name: [] for name in kept.lost_mlps}}.items():
        _cut_neurons(model, split[name], where[name].block, stay)
    for name in kept.lost_mlps:
        _drop_bias(model.get_submodule(where[name].block.modules["down"]))
    for stack in plan_of(model).stacks:
        if stack.name in kept.layers:
            _cut_layers(model, stack, kept.layers[stack.name])


def _silent(block: Block) -> list[int]:
    """The heads that stay where none should: attention cannot do without any."""
    return list(range(block.group))


def _cut_heads(
    model: nn.Module, parameters: list[Parameter], found: Located, stay: list[int]
) -> None:
    block = found.block
    heads = stay or _silent(block)
    for parameter in parameters:
        _narrow(model, parameter, heads, block.n_heads)
        if not stay:
            # Nothing goes in and nothing comes out, so that nothing is learnt there again either.
            model.get_parameter(parameter.name).data.zero_()
    counts = {
        "heads": len(heads),
        "key_heads": len(heads) // block.group,
        "channels": len(heads) * block.head_dim,
    }
    for path, counted in found.plan.counts.items():
        holder, _, attribute = f"{found.layer_path}.{path}".rpartition(".")
        setattr(model.get_submodule(holder), attribute, counts[counted])


def _cut_neurons(
    model: nn.Module, parameters: list[Parameter], block: Block, stay: list[int]
) -> None:
    # GPT-2's Conv1D cannot multiply nothing: one neuron stays, of zeros.
    down = model.get_submodule(block.modules["down"])
    silent = not stay and isinstance(down, Conv1D)
    for parameter in parameters:
        _narrow(model, parameter, [0] if silent else stay, block.n_neurons)
        if silent:
            model.get_parameter(parameter.name).data.zero_()


def _drop_bias(down: Any) -> None:
    """A closed gate stops the bias too, because it stands behind the projection."""
    bias = getattr(down, "bias", None)
    if bias is None:
        return
    down.register_parameter("bias", None)
    if isinstance(down, Conv1D):  # which adds one in any case: one that is not learnt
        del down.bias
        down.register_buffer("bias", torch.zeros_like(bias.data))


def _cut_layers(model: nn.Module, stack: StackPlan, stay: list[int]) -> None:
    path = next(layer_lists(model, stack, base_prefix(model)))
    layers = list(model.get_submodule(path).children())
    for only in stack.first_only:
        _hand_over(layers[0], layers[stay[0]], only)
    left = nn.ModuleList([layers[i] for i in stay])
    for index, layer in enumerate(left):
        for module in layer.modules():
            # Caches of keys and values are found by it.
            if isinstance(getattr(module, "layer_idx", None), int):
                setattr(module, "layer_idx", index)  # noqa: B010 (no attribute of every module)
    holder, _, attribute = path.rpartition(".")
    setattr(model.get_submodule(holder), attribute, left)


def _hand_over(first: nn.Module, new_first: nn.Module, path: str) -> None:
    """Move what only the first layer has; T5 says in a flag which layer that is."""
    if first is new_first:
        return
    holder, _, attribute = path.rpartition(".")
    old, new = first.get_submodule(holder), new_first.get_submodule(holder)
    module = getattr(old, attribute)
    delattr(old, attribute)
    setattr(old, f"has_{attribute}", False)
    setattr(new, attribute, module)
    setattr(new, f"has_{attribute}", True)


def _narrow(model: nn.Module, parameter: Parameter, units: list[int], n_units: int) -> None:
    """Keep the channels of some heads or neurons, and tell the module that holds the parameter."""
    path, _, leaf = parameter.name.rpartition(".")
    module: Any = model.get_submodule(path)
    whole, axis = getattr(module, leaf), parameter.axis
    assert axis is not None
    shares = [_shares(strip, units, n_units) for strip in parameter.strips]
    if whole.is_meta:  # where indices are slow to make, and no use
        n = sum(len(of) * strip.width for of, strip in zip(shares, parameter.strips, strict=True))
        part = whole.new_empty((*whole.shape[:axis], n, *whole.shape[axis + 1 :]))
    else:
        channels = torch.cat(list(map(_channels, parameter.strips, shares)))
        part = whole.detach().index_select(axis, channels.to(whole.device))
    setattr(module, leaf, nn.Parameter(part, requires_grad=whole.requires_grad))
    if leaf != "weight":
        return
    if isinstance(module, nn.Linear):
        module.out_features, module.in_features = part.shape
    elif isinstance(module, Conv1D):
        module.nx, module.nf = part.shape
    elif isinstance(module, nn.Embedding):
        module.embedding_dim = part.shape[1]
    else:
        raise TypeError(f"{path} is a {type(module).__name__}: it cannot be cut")


def _shares(strip: Strip, units: list[int], n_units: int) -> list[int]:
    """The shares of some heads or neurons; a group of heads has one share of the keys."""
    if strip.n_shares == n_units:
        return units
    return sorted({unit * strip.n_shares // n_units for unit in units})


def _channels(strip: Strip, shares: list[int]) -> Int[Tensor, " channels"]:
    first = torch.tensor(shares, dtype=torch.long)[:, None] * strip.width + strip.start
    return (first + torch.arange(strip.width)).flatten()
