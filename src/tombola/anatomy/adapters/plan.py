"""The words in which an adapter says where the parts of its family are.

A plan holds names only. Everything that can be read from a model itself (shapes, head counts,
tied weights, which optional modules exist) is read there, so that a model with removed heads is
described as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from transformers import PreTrainedConfig

from tombola.anatomy.parts import BlockKind, HeadRemoval, SetName
from tombola.registry import Registry

Counted = Literal["heads", "key_heads", "channels"]

Outside = dict[str, tuple[SetName, str]]
"""Path to parameter set and role."""


@dataclass(frozen=True)
class BlockPlan:
    """One block of a layer; paths are relative to the layer.

    Roles of attention are `query`, `key`, `value`, `output`; what makes several of them at once is
    called by all of their names, in the order of its channels: `query_key_value`. Other roles whose
    channels split as those of queries do, such as `position_key`, are free. Roles of an MLP are
    `up` and `down`, with `gate` where one is multiplied with the other, or `gate_up` for both.
    """

    kind: BlockKind
    modules: Mapping[str, str]
    """Role to path of a module with a weight and perhaps a bias."""
    norms: tuple[str, ...]
    """Paths of the normalisations that belong to the block; those a model lacks are passed over."""
    interleaved: bool = False
    """Whether a fused matrix goes head by head (query, key and value of the first, then of the
    second), not queries of all heads first."""
    head_removal: HeadRemoval = "freely"
    reason: str = ""
    """Why heads cannot be removed freely: goes on a sentence that begins with `because`."""
    counts: Mapping[str, Counted] = field(default_factory=dict)
    """Attributes that the forward pass reads the number of heads from, and what they count."""
    head_table: str | None = None
    """Path of a table [buckets, heads] that adds to the scores of every head, from here on."""
    gate_at: str | None = None
    """Path of the module whose output an MLP's gate scales; None is `down`. Behind a normalisation,
    which would undo any scale, the gate must stand after it."""
    rows_flat: bool = False
    """Whether the MLP is given tokens of all examples as one long list."""


@dataclass(frozen=True)
class Names:
    """Names of the configuration's settings that say how large a stack is; None where none can."""

    layers: str
    heads: str
    neurons: str | None
    key_heads: str | None = None
    head_dim: str | None = None
    """Without it a head's size follows from the number of heads, and no configuration can say that
    heads were removed."""
    per_layer: tuple[str, ...] = ()
    """Names that are lists with one entry for each layer."""
    heads_are_read: bool = False
    """Whether the forward pass goes by `heads`, so that it must always say what is true."""


@dataclass(frozen=True)
class StackPlan:
    """An encoder or a decoder; its layers all have the same blocks."""

    name: str
    layers: str
    """Path of the list of layers in the base model; `*` stands for every item of a list."""
    head_dim: int
    """Rows of query, key and value per head."""
    blocks: tuple[BlockPlan, ...]
    """In the order in which the layer computes them."""
    settings: Names
    n_uses: int = 1
    """How many times a forward pass goes through each layer."""
    first_only: tuple[str, ...] = ()
    """Paths of modules that the first layer alone has and whichever is first must have."""
    batch_axis: int = 0
    """Axis of the examples in what flows through the layers."""
    layer_removal: str = ""
    """Why no layer can be removed, as `BlockPlan.reason`; empty where they can."""
    not_shorter_than: str = ""
    """The stack that must not have more layers than this one has."""
    first_layer_stays: str = ""
    """Why the first layer cannot be removed, in the same way."""


@dataclass(frozen=True)
class Plan:
    """Where everything is in the base model of a family.

    Whatever the model has outside its base model is its task head and needs no plan.
    """

    stacks: tuple[StackPlan, ...]
    outside: Outside
    """Path of a module or parameter outside the stacks to its parameter set and role. One that a
    class lacks (a pooler) is passed over."""
    fixed: tuple[str, ...] = ()
    """Paths of modules whose tables are computed, never learnt: no parameters of the model."""
    head_table: str | None = None
    """Path of a table [buckets, heads] outside the stacks that adds to the scores of all layers."""


FAMILIES: Registry[Callable[[PreTrainedConfig], Plan]] = Registry(
    "model family", "tombola.anatomy.adapters"
)
"""From `config.model_type` to the function that plans a model with that configuration."""
