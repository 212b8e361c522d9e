"""What a configuration can say of a model from which something was removed."""

import copy
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from tombola.anatomy.adapters import StackPlan
from tombola.anatomy.locate import anatomy, plan_of
from tombola.anatomy.parts import Stack
from tombola.anatomy.surgery.record import KEY, Record, record_of


def settle(model: nn.Module) -> None:
    """Write into the model's configuration, and into its record, what is true of it now.

    If all sizes can be said, so that a model of that configuration would be just this one, they
    are, and the record notes that it is `plain`. If not, the configuration keeps the sizes of the
    whole model, but for what the forward pass reads: plain loading then meets matrices of other
    shapes, and refuses.
    """
    config: Any = model.config
    record = record_of(config) or Record()
    for plan in plan_of(model).stacks:
        # Written out before the number of heads changes, from which it would follow otherwise.
        if plan.settings.head_dim is not None:
            setattr(config, plan.settings.head_dim, plan.head_dim)
    for name, value in record.whole.items():
        setattr(config, name, value)
    said = dict(_sayable(model, record, only_read=False))
    plain = _is_plain(model, said)
    if not plain:
        said = dict(_sayable(model, record, only_read=True))
    whole = {name: getattr(config, name) for name in said if getattr(config, name) != said[name]}
    for name in whole:
        setattr(config, name, said[name])
    setattr(config, KEY, replace(record, whole=whole, plain=plain).to_dict())


def _sayable(model: nn.Module, record: Record, only_read: bool) -> Iterator[tuple[str, Any]]:
    """Settings and the values that they should have; not those about which stacks disagree.

    With `only_read`, those alone that the forward pass goes by.
    """
    config: Any = model.config
    wishes: dict[str, list[Any]] = {}
    for plan, stack in zip(plan_of(model).stacks, anatomy(model).stacks, strict=True):
        for name, value in _wishes(config, plan, stack, record, only_read):
            wishes.setdefault(name, []).append(value)
    for name, values in wishes.items():
        if all(value == values[0] and value is not None for value in values):
            yield name, values[0]


def _wishes(
    config: Any, plan: StackPlan, stack: Stack, record: Record, only_read: bool
) -> Iterator[tuple[str, Any]]:
    """What each setting should say for one stack; None where layers disagree."""
    said = plan.settings
    if stack.name in record.layers:
        yield said.layers, len(stack.layers)
        for name in said.per_layer:
            entries = getattr(config, name, None)
            if entries is not None:
                yield name, [entries[i] for i in record.layers[stack.name]]
    blocks = [block for layer in stack.layers for block in layer.blocks]
    if said.neurons is not None and record.neurons and not only_read:
        neurons = {block.n_neurons for block in blocks if block.kind == "mlp"}
        yield said.neurons, next(iter(neurons)) if len(neurons) == 1 else None
    if said.head_dim is not None and record.heads and (said.heads_are_read or not only_read):
        heads = {(b.n_heads, b.n_key_heads) for b in blocks if b.kind != "mlp"}
        n_heads, n_key_heads = next(iter(heads)) if len(heads) == 1 else (None, None)
        yield said.heads, n_heads
        if said.key_heads is not None:
            yield said.key_heads, n_key_heads


def _is_plain(model: nn.Module, said: dict[str, Any]) -> bool:
    """Whether a model of these settings has the same parameters, in name and shape."""
    config: Any = copy.deepcopy(model.config)
    for name, value in said.items():
        setattr(config, name, value)
    model_class: Any = type(model)
    try:
        with torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of matrices without entries
            built = model_class(config)
    except (ValueError, AssertionError):  # no such model: a width that does not divide
        return False
    return _shapes(built) == _shapes(model)


def _shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
