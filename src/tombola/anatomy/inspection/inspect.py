"""What can be told of a model at a look: its parts, its counts, and how many entries are zero."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from tombola.anatomy.inspection.stored import stored_zeros
from tombola.anatomy.inspection.zeros import Zeros, entries_per_head, heads_by_name, zeros
from tombola.anatomy.loading import empty_model
from tombola.anatomy.locate import anatomy, fixed_tables
from tombola.anatomy.parts import SETS, Anatomy, Block, Layer, Parameter
from tombola.anatomy.sources import Source, source_name, weights_of
from tombola.anatomy.surgery.limits import limits
from tombola.anatomy.surgery.record import record_of
from tombola.anatomy.wrappers import unwrapped


@dataclass(frozen=True)
class Count:
    """Entries, and how many of them are exactly zero; None where there are no weights to ask."""

    n: int
    zeros: int | None = None

    @property
    def sparsity(self) -> float | None:
        """Share of zeros, 0 to 1; None where it is not known or there is no entry."""
        return None if self.zeros is None or self.n == 0 else self.zeros / self.n

    def to_dict(self) -> dict[str, Any]:
        """Entries, zeros and sparsity."""
        return {"n": self.n, "zeros": self.zeros, "sparsity": self.sparsity}


@dataclass(frozen=True)
class MatrixRow:
    """The weight of one projection, biases apart."""

    role: str
    shape: tuple[int, ...]
    """As stored: outputs, inputs; the other way round in GPT-2's `Conv1D`."""
    count: Count


@dataclass(frozen=True)
class BlockRow:
    """One attention block or MLP."""

    stack: str
    layer: int
    kind: str
    heads: int
    """0 for an MLP."""
    head_dim: int
    neurons: int
    """0 for attention."""
    matrices: tuple[MatrixRow, ...]
    count: Count
    """Entries of the matrices, biases apart."""
    key_heads: int = 0
    """Heads of keys and values: fewer than `heads` where several share them."""
    n_uses: int = 1
    """How many times a forward pass goes through its layer."""
    by_head: tuple[Count, ...] | None = None
    """The same of each head: its rows of query, key and value and its columns of the output. Where
    heads share keys and values, each of them counts those. None for an MLP, and where a matrix
    cannot be split into heads."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            **asdict(self),
            "matrices": [
                {"role": m.role, "shape": list(m.shape), "count": m.count.to_dict()}
                for m in self.matrices
            ],
            "count": self.count.to_dict(),
            "by_head": None
            if self.by_head is None
            else [count.to_dict() for count in self.by_head],
        }


@dataclass(frozen=True)
class Inspection:
    """What a model is made of, as plain values."""

    source: str
    family: str
    architecture: str
    width: int
    blocks: tuple[BlockRow, ...]
    sets: dict[str, Count]
    """Parameter set to its count, for every set."""
    total: Count
    fixed: dict[str, tuple[int, ...]]
    """Tables that are computed, never learnt, and counted nowhere; name to shape."""
    tied: tuple[tuple[str, ...], ...]
    """Names that share one tensor, which counts once."""
    limits: tuple[str, ...] = ()
    """What cannot be removed, and why: a sentence each."""
    left: tuple[str, ...] = ()
    """What is left of blocks and stacks from which something was removed, in numbers of the whole
    model."""

    def to_dict(self) -> dict[str, Any]:
        """The same as nested dictionaries and lists that JSON can hold."""
        return {
            "source": self.source,
            "family": self.family,
            "architecture": self.architecture,
            "width": self.width,
            "blocks": [block.to_dict() for block in self.blocks],
            "sets": {name: count.to_dict() for name, count in self.sets.items()},
            "total": self.total.to_dict(),
            "fixed": {name: list(shape) for name, shape in self.fixed.items()},
            "tied": [list(names) for names in self.tied],
            "limits": list(self.limits),
            "left": list(self.left),
        }


def inspect(source: Source | nn.Module) -> Inspection:
    """Describe a model, a folder, a hub id or a configuration.

    Zeros are counted where there are weights: in a live model, or in the safetensors files of a
    folder or hub id, which are read one tensor at a time. A configuration has no sparsity. Every
    entry that is exactly zero counts, so that biases that were never trained count too.

    Raises UserError as `read_config` does; where weights are damaged or do not fit the
    configuration.
    """
    if isinstance(source, nn.Module):
        model = unwrapped(source)
        name, body = type(model).__name__, anatomy(model)
        found = _live_zeros(model, body)
    else:
        name, model = source_name(source), empty_model(source)
        body = anatomy(model)
        found = stored_zeros(weights_of(source), model, body)
    config: Any = model.config
    record = record_of(config, name)
    return Inspection(
        source=name,
        family=body.family,
        architecture=body.architecture,
        width=body.width,
        blocks=tuple(
            _block_row(body, layer, block, found)
            for stack in body.stacks
            for layer in stack.layers
            for block in layer.blocks
        ),
        sets={set_name: _count(body.in_sets([set_name]), found) for set_name in SETS},
        total=_count(body.parameters, found),
        fixed=fixed_tables(model),
        tied=tuple((p.name, *p.aliases) for p in body.parameters if p.aliases),
        limits=limits(model, body),
        left=tuple(record.lines()) if record else (),
    )


def _live_zeros(model: nn.Module, body: Anatomy) -> dict[str, Zeros]:
    """Zeros by parameter name; none of what is on the meta device."""
    tensors = dict(model.named_parameters(remove_duplicate=False))
    heads = heads_by_name(body)
    return {
        p.name: zeros(tensors[p.name], heads.get(p.name))
        for p in body.parameters
        if not tensors[p.name].is_meta
    }


def _count(parameters: Iterable[Parameter], found: Mapping[str, Zeros]) -> Count:
    """Known only where the zeros of every parameter are."""
    parameters = tuple(parameters)
    n = sum(p.size for p in parameters)
    if not found or any(p.name not in found for p in parameters):
        return Count(n)
    return Count(n, sum(found[p.name].n for p in parameters))


def _block_row(body: Anatomy, layer: Layer, block: Block, found: Mapping[str, Zeros]) -> BlockRow:
    matrices = [body.parameter(f"{path}.weight") for path in block.modules.values()]
    return BlockRow(
        stack=block.stack,
        layer=block.layer,
        kind=block.kind,
        heads=block.n_heads,
        head_dim=block.head_dim,
        neurons=block.n_neurons,
        matrices=tuple(MatrixRow(p.role, p.shape, _count([p], found)) for p in matrices),
        count=_count(matrices, found),
        key_heads=block.n_key_heads,
        n_uses=layer.n_uses,
        by_head=_by_head(block, matrices, found),
    )


def _by_head(
    block: Block, matrices: list[Parameter], found: Mapping[str, Zeros]
) -> tuple[Count, ...] | None:
    if not block.n_heads or any(p.axis is None for p in matrices):
        return None
    n = sum(entries_per_head(p) for p in matrices)
    if any(p.name not in found for p in matrices):
        return (Count(n),) * block.n_heads
    return tuple(
        Count(n, sum(found[p.name].by_head[head] for p in matrices))
        for head in range(block.n_heads)
    )
