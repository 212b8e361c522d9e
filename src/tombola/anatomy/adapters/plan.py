"""The words in which an adapter says where the parts of its family are.

A plan holds names only. Everything that can be read from a model itself (shapes, head counts,
tied weights, which optional modules exist) is read there, so that a model with removed heads is
described as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transformers import PreTrainedConfig

from tombola.anatomy.parts import BlockKind, SetName
from tombola.registry import Registry


@dataclass(frozen=True)
class BlockPlan:
    """One block of a layer; paths are relative to the layer."""

    kind: BlockKind
    modules: Mapping[str, str]
    """Role to path of a linear module: query, key, value, output; or up, down."""
    norms: tuple[str, ...]
    """Paths of the layer normalisations that belong to the block."""


@dataclass(frozen=True)
class StackPlan:
    """An encoder or a decoder; its layers all have the same blocks."""

    name: str
    layers: str
    """Path of the list of layers in the base model."""
    head_dim: int
    """Rows of query, key and value per head."""
    blocks: tuple[BlockPlan, ...]
    """In the order in which the layer computes them."""


@dataclass(frozen=True)
class Plan:
    """Where everything is in the base model of a family.

    Whatever the model has outside its base model is its task head and needs no plan.
    """

    stacks: tuple[StackPlan, ...]
    outside: Mapping[str, tuple[SetName, str]]
    """Path of a module outside the stacks to its parameter set and role. A module that a class
    lacks (a pooler) is passed over."""
    fixed: tuple[str, ...] = field(default=())
    """Paths of modules whose tables are computed, never learnt: no parameters of the model."""


FAMILIES: Registry[Callable[[PreTrainedConfig], Plan]] = Registry("model family")
"""From `config.model_type` to the function that plans a model with that configuration."""
