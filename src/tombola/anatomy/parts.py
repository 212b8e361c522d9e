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

matrices    weights of attention and MLP projections
biases      biases of those projections
norms       scales and shifts of layer normalisation
embeddings  tables of words, positions, segments (a tied output projection is the same table)
pooler      what stands between the stacks and a task's head
task_head   classifier, language-modelling head
"""

BlockKind = Literal["self", "cross", "mlp"]


@dataclass(frozen=True)
class Parameter:
    """One parameter tensor and its place in the model; tied names count once."""

    name: str
    shape: tuple[int, ...]
    set: SetName
    role: str
    """`query`, `key`, `value`, `output`, `up`, `down` in blocks; free elsewhere (`word`, …)."""
    stack: str | None = None
    layer: int | None = None
    """0 is the layer nearest to the input."""
    block: BlockKind | None = None
    head_axis: int | None = None
    """The axis that splits into heads: 0 for query, key, value (weights and biases), 1 for output
    weights, None for what belongs to no single head."""
    head_dim: int | None = None
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


@dataclass(frozen=True)
class Block:
    """Self-attention, cross-attention or an MLP."""

    stack: str
    layer: int
    kind: BlockKind
    modules: dict[str, str]
    """Role to module path: query, key, value, output; or up, down."""
    n_heads: int = 0
    """0 for an MLP."""
    head_dim: int = 0
    n_neurons: int = 0
    """0 for attention."""

    @property
    def name(self) -> str:
        """`encoder.0.self`, `decoder.3.cross`, `encoder.0.mlp`."""
        return f"{self.stack}.{self.layer}.{self.kind}"


@dataclass(frozen=True)
class Layer:
    """One layer of a stack."""

    stack: str
    index: int
    blocks: tuple[Block, ...]


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
