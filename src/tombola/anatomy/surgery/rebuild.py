"""Building a cut model again: the whole one of its configuration, cut in the same way."""

import copy
from typing import Any, TypeVar, cast

from torch import nn
from transformers import PreTrainedConfig

from tombola.anatomy.locate import anatomy
from tombola.anatomy.parts import Anatomy
from tombola.anatomy.surgery.cut import cut
from tombola.anatomy.surgery.record import Kept, Record, record_of
from tombola.errors import UserError

Class = TypeVar("Class", bound=type[nn.Module])


def cut_class(model_class: Class, config: PreTrainedConfig, where: str) -> Class:
    """A class of the same name whose models are made whole and cut at once.

    Where the configuration has no record of something that it cannot say itself, that is the class
    given. Models should be made members of the class given as soon as weights are in them: so
    transformers' own loading does all the rest, with its shards, ties and buffers.
    """
    found = record_of(config, where)
    if found is None or found.plain:
        return model_class
    record: Record = found

    class Cut(model_class):  # type: ignore[misc, valid-type]
        def __init__(self, config: PreTrainedConfig, *args: Any, **kwargs: Any) -> None:
            whole = copy.deepcopy(config)
            for name, value in record.whole.items():
                setattr(whole, name, value)
            super().__init__(whole, *args, **kwargs)
            _cut_again(self, record, where)
            # The model shares its configuration with its parts: they must see the same one.
            for name in record.whole:
                setattr(self.config, name, getattr(config, name))

    # transformers finds some of what it must know of a class by these names.
    Cut.__name__ = model_class.__name__
    Cut.__qualname__ = model_class.__qualname__
    Cut.__module__ = model_class.__module__
    return cast(Class, Cut)


def _cut_again(model: nn.Module, record: Record, where: str) -> None:
    """Cut as recorded; what is recorded counts by the whole model, as does this one."""
    body = anatomy(model)
    problem = _problem(body, record)
    if problem:
        raise UserError(f"{where}: the record of what was removed does not fit: {problem}")
    heads = dict(record.heads)
    for block in body.attention:
        # Of layers that are gone nothing is recorded, but what all share may live in one.
        twins = [n for n in record.heads if n.split(".")[::2] == [block.stack, block.kind]]
        if block.head_removal == "alike" and twins:
            heads.setdefault(block.name, record.heads[twins[0]])
    neurons = {name: list(range(n)) for name, n in record.neurons.items()}
    cut(model, body, Kept(heads, neurons, frozenset(record.lost_mlps), record.layers))


def _problem(body: Anatomy, record: Record) -> str:
    """Why a record cannot be one of this model; empty where it can."""
    blocks = {block.name: block for block in body.blocks}
    n_layers = {stack.name: len(stack.layers) for stack in body.stacks}
    for name, heads in record.heads.items():
        if name not in blocks or not blocks[name].n_heads:
            return f"there is no attention block {name!r}"
        if any(head >= blocks[name].n_heads for head in heads):
            return f"{name} has {blocks[name].n_heads} heads"
        if len(heads) % blocks[name].group:
            return f"{name} has groups of {blocks[name].group} heads"
    for name, n in {**record.neurons, **dict.fromkeys(record.lost_mlps, 0)}.items():
        if name not in blocks or not blocks[name].n_neurons:
            return f"there is no MLP {name!r}"
        if n > blocks[name].n_neurons:
            return f"{name} has {blocks[name].n_neurons} neurons"
    for name, layers in record.layers.items():
        if name not in n_layers:
            return f"there is no stack {name!r}"
        if not layers or layers[-1] >= n_layers[name]:
            return f"{name} has {n_layers[name]} layers"
    return ""
