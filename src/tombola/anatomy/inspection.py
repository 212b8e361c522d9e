"""What can be told of a model at a look: its parts, its counts, and how many entries are zero."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from tombola.anatomy.locate import anatomy, fixed_tables
from tombola.anatomy.parts import SETS, Anatomy, Block, Parameter
from tombola.anatomy.sources import Source, empty_model, source_name, weights_of
from tombola.anatomy.stored import n_zeros, stored_zeros


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
    """Outputs, inputs."""
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

    def __str__(self) -> str:
        """As a person reads it, 100 columns wide."""
        from tombola.anatomy.show import text  # which needs this module

        return text(self)

    def to_dict(self) -> dict[str, Any]:
        """The same as nested dictionaries and lists that JSON can hold."""
        return {
            "source": self.source,
            "family": self.family,
            "architecture": self.architecture,
            "width": self.width,
            "blocks": [
                {
                    **asdict(block),
                    "matrices": [
                        {
                            "role": matrix.role,
                            "shape": list(matrix.shape),
                            "count": matrix.count.to_dict(),
                        }
                        for matrix in block.matrices
                    ],
                    "count": block.count.to_dict(),
                }
                for block in self.blocks
            ],
            "sets": {name: count.to_dict() for name, count in self.sets.items()},
            "total": self.total.to_dict(),
            "fixed": {name: list(shape) for name, shape in self.fixed.items()},
            "tied": [list(names) for names in self.tied],
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
        name, model, body = type(source).__name__, source, anatomy(source)
        tensors = dict(source.named_parameters())
        zeros = {
            p.name: n_zeros(tensors[p.name]) for p in body.parameters if not tensors[p.name].is_meta
        }
    else:
        name, model = source_name(source), empty_model(source)
        body = anatomy(model)
        zeros = stored_zeros(weights_of(source), model, body)
    return Inspection(
        source=name,
        family=body.family,
        architecture=body.architecture,
        width=body.width,
        blocks=tuple(_block_row(body, block, zeros) for block in body.blocks),
        sets={set_name: _count(body.in_sets([set_name]), zeros) for set_name in SETS},
        total=_count(body.parameters, zeros),
        fixed=fixed_tables(model),
        tied=tuple((p.name, *p.aliases) for p in body.parameters if p.aliases),
    )


def _count(parameters: Iterable[Parameter], zeros: Mapping[str, int]) -> Count:
    """Known only where the zeros of every parameter are."""
    parameters = tuple(parameters)
    n = sum(p.size for p in parameters)
    if not zeros or any(p.name not in zeros for p in parameters):
        return Count(n)
    return Count(n, sum(zeros[p.name] for p in parameters))


def _block_row(body: Anatomy, block: Block, zeros: Mapping[str, int]) -> BlockRow:
    matrices = [body.parameter(f"{path}.weight") for path in block.modules.values()]
    return BlockRow(
        stack=block.stack,
        layer=block.layer,
        kind=block.kind,
        heads=block.n_heads,
        head_dim=block.head_dim,
        neurons=block.n_neurons,
        matrices=tuple(MatrixRow(p.role, p.shape, _count([p], zeros)) for p in matrices),
        count=_count(matrices, zeros),
    )
