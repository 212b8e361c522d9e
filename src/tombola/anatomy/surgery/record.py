"""What was removed from a model, as its configuration carries it.

The record counts by the whole model: layer 3 is the layer that was the fourth before anything was
removed, and so with heads. It stays with the configuration, so that a model that is saved in any
way, or copied, or cut again, can still be told from the whole one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from transformers import PreTrainedConfig

from tombola.errors import UserError, allowed_for

KEY = "tombola_removed"
"""The configuration's setting that holds the record."""


@dataclass(frozen=True)
class Kept:
    """What stays of a model, in its own numbers; what is not named stays as it is."""

    heads: Mapping[str, list[int]] = field(default_factory=dict)
    """Attention block to the heads that stay. None at all is one head that says nothing."""
    neurons: Mapping[str, list[int]] = field(default_factory=dict)
    """MLP to the neurons that stay. Of none at all, the output bias stays."""
    lost_mlps: frozenset[str] = frozenset()
    """MLPs of which nothing stays, their bias neither."""
    layers: Mapping[str, list[int]] = field(default_factory=dict)
    """Stack to the layers that stay."""


@dataclass(frozen=True)
class Record:
    """What is left of a whole model."""

    heads: Mapping[str, list[int]] = field(default_factory=dict)
    """Attention block to the heads left."""
    neurons: Mapping[str, int] = field(default_factory=dict)
    """MLP to the number of neurons left."""
    lost_mlps: list[str] = field(default_factory=list)
    """MLPs of which nothing is left, their output bias neither."""
    layers: Mapping[str, list[int]] = field(default_factory=dict)
    """Stack to the layers left."""
    whole: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the whole model's configuration that are no longer the same."""
    plain: bool = False
    """Whether the configuration says it all: such a model loads like any other."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    def then(self, kept: Kept) -> "Record":
        """The record after another cut, by which the names of blocks may have moved."""

        def first_name(block: str) -> str:
            stack, layer, kind = block.split(".")
            index = self.layers[stack][int(layer)] if stack in self.layers else int(layer)
            return f"{stack}.{index}.{kind}"

        heads, neurons, layers = dict(self.heads), dict(self.neurons), dict(self.layers)
        for block, stay in kept.heads.items():
            name = first_name(block)
            before = heads.get(name)
            # Of a head that says nothing, nothing more can be taken.
            heads[name] = stay if before is None else [before[i] for i in stay] if before else []
        for block, stay in kept.neurons.items():
            name = first_name(block)
            neurons[name] = len(stay) if neurons.get(name, 1) else 0
        lost = {*self.lost_mlps, *map(first_name, kept.lost_mlps)}
        neurons |= dict.fromkeys(lost, 0)
        for stack, stay in kept.layers.items():
            layers[stack] = [layers[stack][i] for i in stay] if stack in layers else stay

        def is_left(block: str) -> bool:
            stack, layer, _ = block.split(".")
            return stack not in layers or int(layer) in layers[stack]

        return Record(
            {name: left for name, left in heads.items() if is_left(name)},
            {name: left for name, left in neurons.items() if is_left(name)},
            sorted(filter(is_left, lost)),
            layers,
            self.whole,
        )

    def lines(self) -> Iterator[str]:
        """What is left, for a person."""
        for stack, layers in self.layers.items():
            yield f"{stack}: layers {', '.join(map(str, layers))}"
        for block, heads in self.heads.items():
            yield f"{block}: heads {', '.join(map(str, heads)) or 'none'}"
        for block, n in self.neurons.items():
            yield f"{block}: " + ("nothing" if block in self.lost_mlps else f"{n:,} neurons")


def record_of(config: PreTrainedConfig, where: str = "the configuration") -> Record | None:
    """The record that a configuration carries; None for a whole model.

    Raises UserError where it is no record.
    """
    values = getattr(config, KEY, None)
    if values is None:
        return None
    problem = _problem(values)
    if problem:
        raise UserError(f"{where}: {KEY} is no record of what was removed: {problem}")
    return Record(**values)


def _problem(values: Any) -> str:
    """What is wrong with a record that anyone may have written; empty where nothing is."""
    if not isinstance(values, dict):
        return f"a {type(values).__name__}, not an object"
    allowed = set(Record.__dataclass_fields__)
    if unknown := sorted(set(values) - allowed):
        return f"unknown key {unknown[0]!r}; {allowed_for(unknown[0], sorted(allowed))}"
    if not isinstance(values.get("lost_mlps", []), list):
        return "lost_mlps is no list"
    for key in ("heads", "neurons", "layers", "whole"):
        if not isinstance(values.get(key, {}), dict):
            return f"{key} is no object"
    if not isinstance(values.get("plain", False), bool):
        return "plain is neither true nor false"
    for key in ("heads", "layers"):
        for name, numbers in values.get(key, {}).items():
            good = isinstance(numbers, list) and all(_is_count(n) for n in numbers)
            if not good or sorted(set(numbers)) != numbers:
                return f"{key} of {name!r} are no rising list of numbers"
    for name, n in values.get("neurons", {}).items():
        if not _is_count(n):
            return f"the neurons of {name!r} are no number"
    names = (*values.get("heads", {}), *values.get("neurons", {}), *values.get("lost_mlps", []))
    for name in names:
        parts = str(name).split(".")
        if len(parts) != 3 or not parts[1].isdecimal():
            return f"{name!r} is no block"
    return ""


def _is_count(n: Any) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n >= 0
