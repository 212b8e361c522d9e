"""The parts of a Transformer, as plain values: stacks, layers, blocks, heads, parameters.

An `Anatomy` holds names and numbers only, no tensors: it is the same for a trained model and
for a configuration without weights.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

SetName = Literal["matrices", "biases", "norms", "embeddings", "pooler", "task_head"]
SETS: tuple[SetName, ...] = get_args(SetName)
"""The parameter sets. Every parameter of a model belongs to exactly one.

matrices    weights of attention and MLP projections, and of a convolution between layers
biases      biases of those projections
norms       scales and shifts of layer normalisation
embeddings  tables of words, positions, segments, relative positions, and projections of them (a
            tied output projection is the same table); patches of an image
pooler      what stands between the stacks and a task's head
task_head   classifier, language-modelling head
"""

BlockKind = Literal["self", "cross", "mlp"]

HeadRemoval = Literal["freely", "evenly", "alike", "never"]
"""How the heads of a block may be removed.

freely  any of them (whole groups, where heads share keys and values)
evenly  as many in every layer of the stack, whichever they are
alike   the same heads in every layer of the stack
never   they can only be gated
"""


INWARD = ("output", "down")
"""Roles whose inputs, not outputs, are the heads or neurons."""


@dataclass(frozen=True)
class Strip:
    """Channels side by side that are shared out evenly among the heads (or neurons) of a block.

    A matrix that makes queries, keys and values at once has three strips; keys that several heads
    share have fewer shares than the block has heads.
    """

    start: int
    """The first channel."""
    n_shares: int
    width: int
    """Channels per share."""

    def slice(self, unit: int, n_units: int) -> slice:
        """The channels of one of `n_units` heads or neurons."""
        start = self.start + unit * self.n_shares // n_units * self.width
        return slice(start, start + self.width)


@dataclass(frozen=True)
class Parameter:
    """One parameter tensor and its place in the model; tied names count once."""

    name: str
    shape: tuple[int, ...]
    set: SetName
    role: str
    """`query`, `key`, `value`, `output`, `up`, `gate`, `down` in blocks, and what several of them
    make in one matrix (`query_key_value`); free elsewhere (`word`, …)."""
    stack: str | None = None
    layer: int | None = None
    """0 is the layer nearest to the input."""
    block: BlockKind | None = None
    axis: int | None = None
    """The axis that splits into heads, in attention, or neurons, in an MLP; None for what belongs
    to no single one."""
    strips: tuple[Strip, ...] = ()
    """How that axis splits."""
    aliases: tuple[str, ...] = ()
    """Other names of the same tensor (tied weights)."""

    @property
    def size(self) -> int:
        """Number of entries."""
        n = 1
        for length in self.shape:
            n *= length
        return n

    @property
    def place(self) -> str:
        """Where it stands, from coarse to fine: `encoder.0.self`, or the set's name elsewhere."""
        return self.set if self.stack is None else f"{self.stack}.{self.layer}.{self.block}"

    def boxes(self, unit: int, n_units: int) -> tuple[tuple[slice, ...], ...]:
        """Where the entries of one of `n_units` heads or neurons are: an index for each strip.

        Empty where the tensor does not split.
        """
        if self.axis is None:
            return ()
        whole = (slice(None),) * self.axis
        return tuple((*whole, strip.slice(unit, n_units)) for strip in self.strips)


@dataclass(frozen=True)
class Block:
    """Self-attention, cross-attention or an MLP."""

    stack: str
    layer: int
    kind: BlockKind
    modules: dict[str, str]
    """Role to module path: query, key, value, output; or up, gate, down; or what fuses them."""
    n_heads: int = 0
    """0 for an MLP."""
    head_dim: int = 0
    n_neurons: int = 0
    """0 for attention."""
    n_key_heads: int = 0
    """Heads of keys and values; fewer than `n_heads` where groups of heads share them."""
    head_removal: HeadRemoval = "freely"
    reason: str = ""
    """Why heads cannot be removed freely."""

    @property
    def name(self) -> str:
        """`encoder.0.self`, `decoder.3.cross`, `encoder.0.mlp`."""
        return f"{self.stack}.{self.layer}.{self.kind}"

    @property
    def group(self) -> int:
        """How many heads share keys and values, 1 where each has its own."""
        return self.n_heads // self.n_key_heads if self.n_key_heads else 1


@dataclass(frozen=True)
class Layer:
    """One layer of a stack."""

    stack: str
    index: int
    blocks: tuple[Block, ...]
    n_uses: int = 1
    """How many times a forward pass goes through it: ALBERT's layers share their weights over
    depths. A head of such a layer is one head: gated or removed, it is so at every depth, and the
    gradient of its gate is the sum over them."""


@dataclass(frozen=True)
class Stack:
    """An encoder or a decoder."""

    name: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Anatomy:
    """What a model is made of."""

    family: str
    architecture: str
    """The model's class name."""
    width: int
    """Length of a representation."""
    stacks: tuple[Stack, ...]
    parameters: tuple[Parameter, ...]

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks, from the input on."""
        return (block for stack in self.stacks for layer in stack.layers for block in layer.blocks)

    @property
    def attention(self) -> Iterator[Block]:
        """The blocks that have heads."""
        return (block for block in self.blocks if block.kind != "mlp")

    @property
    def mlps(self) -> Iterator[Block]:
        """The MLP blocks."""
        return (block for block in self.blocks if block.kind == "mlp")

    def parameter(self, name: str) -> Parameter:
        """The parameter called `name`, by its own name or a tied one. Raises KeyError."""
        for parameter in self.parameters:
            if name == parameter.name or name in parameter.aliases:
                return parameter
        raise KeyError(name)

    def in_sets(self, sets: Iterable[str]) -> tuple[Parameter, ...]:
        """The parameters of the named sets, in the model's order."""
        chosen = frozenset(sets)
        return tuple(p for p in self.parameters if p.set in chosen)

    def count(self, sets: Iterable[str] = SETS) -> int:
        """Number of entries in the named sets, ties once."""
        return sum(p.size for p in self.in_sets(sets))
