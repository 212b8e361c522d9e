"""A mask: which weights survive, as a value."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from torch import Tensor, nn

from tombola.anatomy.parts import Anatomy, Parameter
from tombola.anatomy.wrappers import unwrapped
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.results import Record, Result

ONES_IN_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1)
"""How many bits of a byte are set."""

"""The mask within a ticket's folder."""
GROUPINGS = ("stack", "layer", "block", "role", "set", "name")
"""The fields of a parameter by which `Mask.sparsity_by` groups."""


class Mask(Result, Mapping[str, Tensor]):
    """Names of parameters to boolean tensors of their shapes; True where the weight survives.

    A mask never changes. It holds one bit per weight, on the CPU: each look-up unpacks a new
    tensor, so keep what you look up. Two masks are equal where their names, shapes and bits are;
    the order of names is kept but does not count.
    """

    def __init__(
        self, tensors: Mapping[str, Bool[Tensor, "..."]] | Iterable[tuple[str, Bool[Tensor, "..."]]]
    ) -> None:
        """Pack boolean tensors: a mapping, or pairs of name and tensor, read one at a time.

        Raises TypeError for a tensor that is not boolean.
        """
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._bits: dict[str, np.ndarray] = {}
        for name, tensor in tensors.items() if isinstance(tensors, Mapping) else tensors:
            if tensor.dtype != torch.bool:
                raise TypeError(f"{name}: a mask is of torch.bool, not of {tensor.dtype}")
            self._shapes[name] = tuple(tensor.shape)
            entries = tensor.detach().cpu().numpy().reshape(-1)
            self._bits[name] = np.packbits(entries, bitorder="little")

    @classmethod
    def from_bits(
        cls, shapes: Mapping[str, tuple[int, ...]], bits: Mapping[str, UInt8[np.ndarray, " bytes"]]
    ) -> "Mask":
        """The mask of packed bits, low bit first, row by row; bits beyond the end must be zero.

        The arrays are not copied: leave them as they are.

        Raises ValueError where the bits do not fit the shapes.
        """
        mask = cls({})
        for name, shape in shapes.items():
            n = prod(shape)
            if len(bits[name]) != -(-n // 8):
                raise ValueError(f"{name}: {len(bits[name])} bytes for {n} bits")
            if n % 8 and bits[name][-1] >> n % 8:
                raise ValueError(f"{name}: bits are set beyond its {n} entries")
            mask._shapes[name], mask._bits[name] = tuple(shape), bits[name]
        return mask

    @classmethod
    def ones(cls, parameters: Iterable[Parameter]) -> "Mask":
        """The mask under which all entries of these parameters survive."""
        return cls((p.name, torch.ones(p.shape, dtype=torch.bool)) for p in parameters)

    @classmethod
    def from_weights(
        cls, model: nn.Module | Mapping[str, Tensor], parameters: Iterable[Parameter]
    ) -> "Mask":
        """The mask that is False exactly where a weight of the model (or state) is zero.

        Raises UserError where the model has no such parameter.
        """
        weights = weights_of(model)
        parameters = tuple(parameters)
        for p in parameters:
            _check_shape(weights, p.name, p.shape)
        return cls((p.name, weights[p.name].detach() != 0) for p in parameters)

    def __getitem__(self, name: str) -> Bool[Tensor, "..."]:
        shape = self._shapes[name]
        entries = np.unpackbits(self._bits[name], count=prod(shape), bitorder="little")
        return torch.from_numpy(entries.view(np.bool_)).reshape(shape)

    @classmethod
    def load(cls, path: str | Path) -> "Mask":
        """The mask of a file, or of a ticket's folder. Raises UserError where there is none."""
        from tombola.masks.files import load

        place = Path(path)
        return load(place / MASK_FILE if place.is_dir() else place)

    def save(self, path: str | Path) -> Path:
        """Write a file that `load` reads; its path. Raises UserError where that cannot be."""
        from tombola.masks.files import save

        save(self, Path(path))
        return Path(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def __contains__(self, name: object) -> bool:
        return name in self._shapes  # Mapping's own would unpack the tensor

    def __repr__(self) -> str:
        return f"Mask({len(self)} tensors, {self.n_pruned} of {self.n} pruned, {self.digest})"

    def renamed(self, names: Mapping[str, str]) -> "Mask":
        """The same bits by other names; what is not in `names` is left out. Nothing is copied."""
        return self.from_bits(
            {new: self._shapes[old] for old, new in names.items()},
            {new: self._bits[old] for old, new in names.items()},
        )

    def updated(self, other: "Mask") -> "Mask":
        """The tensors of another mask, and of this one what the other has none of."""
        named = {**dict.fromkeys(self, self), **dict.fromkeys(other, other)}
        return self.from_bits(
            {name: mask._shapes[name] for name, mask in named.items()},
            {name: mask._bits[name] for name, mask in named.items()},
        )

    def within(self, other: "Mask | None") -> "Mask":
        """What survives here and in another mask, of the parameters of either.

        A parameter that one of them does not name is whole there; None names nothing. Raises
        UserError where they differ in the shape of a parameter.
        """
        if other is None:
            return self
        shared = [name for name in self if name in other]
        ours, theirs = (one.renamed({name: name for name in shared}) for one in (self, other))
        return self.updated(other).updated(ours & theirs)

    def lines(self) -> tuple[str, ...]:
        """What is pruned of it all."""
        return (
            f"mask {self.digest}: {self.n_pruned:,} of {self.n:,} entries of {len(self)} tensors "
            f"are pruned ({self.sparsity:.1%})",
        )

    def records(self) -> list[Record]:
        """A row for each tensor."""
        sizes = {name: prod(shape) for name, shape in self._shapes.items()}
        return [
            {"name": name, "n": n, "pruned": (pruned := n - self.n_survivors(name)),
             "sparsity": pruned / n if n else 0.0}
            for name, n in sizes.items()
        ]  # fmt: skip

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor."""
        return dict(self._shapes)

    def bits(self, name: str) -> UInt8[np.ndarray, " bytes"]:
        """The packed bits of one tensor: low bit first, row by row, zeros beyond the end."""
        view = self._bits[name].view()
        view.flags.writeable = False
        return view

    @cached_property
    def digest(self) -> str:
        """12 hex digits that name this mask: the same for equal masks, whatever their order."""
        digest = blake2b(digest_size=6)
        for name in sorted(self):
            digest.update(f"{name!r} {self._shapes[name]} ".encode())
            digest.update(self._bits[name].tobytes())
        return digest.hexdigest()

    def __hash__(self) -> int:
        return int(self.digest, 16)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return self._shapes == other._shapes and all(
            np.array_equal(bits, other._bits[name]) for name, bits in self._bits.items()
        )

    def __and__(self, other: "Mask") -> "Mask":
        """What survives in both."""
        self.check_same(other)
        return self.from_bits(self._shapes, {k: b & other._bits[k] for k, b in self._bits.items()})

    def __or__(self, other: "Mask") -> "Mask":
        """What survives in either."""
        self.check_same(other)
        return self.from_bits(self._shapes, {k: b | other._bits[k] for k, b in self._bits.items()})

    def __sub__(self, other: "Mask") -> "Mask":
        """What survives here and not there."""
        self.check_same(other)
        return self.from_bits(self._shapes, {k: b & ~other._bits[k] for k, b in self._bits.items()})

    def __xor__(self, other: "Mask") -> "Mask":
        """What survives in just one of the two."""
        self.check_same(other)
        return self.from_bits(self._shapes, {k: b ^ other._bits[k] for k, b in self._bits.items()})

    def jaccard(self, other: "Mask") -> float:
        """Intersection over union of what survives, 0 to 1; NaN where nothing does in either.

        `tombola.masks.overlap` says beside it what chance would give.
        """
        from tombola.masks.overlaps import overlap

        return overlap(self, other).jaccard

    def __invert__(self) -> "Mask":
        """What is pruned."""
        bits = {name: ~packed for name, packed in self._bits.items()}
        for name, shape in self._shapes.items():
            if beyond := prod(shape) % 8:
                bits[name][-1] &= (1 << beyond) - 1
        return self.from_bits(self._shapes, bits)

    def check_same(self, other: "Mask") -> None:
        """Raise UserError unless both masks have the same names and shapes."""
        for name in (*self, *other):
            if name not in self or name not in other:
                raise UserError(f"masks of different models: only one has {name!r}")
            if self._shapes[name] != other._shapes[name]:
                raise UserError(
                    f"masks of different models: {name!r} is {self._shapes[name]} in one,"
                    f" {other._shapes[name]} in the other"
                )

    def check(self, model: nn.Module | Mapping[str, Tensor]) -> None:
        """Raise UserError unless the model (or state) has every parameter, in its shape."""
        weights = weights_of(model)
        for name, shape in self._shapes.items():
            _check_shape(weights, name, shape)

    @cached_property
    def _survivors(self) -> dict[str, int]:
        return {name: ones(bits) for name, bits in self._bits.items()}

    def n_survivors(self, name: str) -> int:
        """Number of surviving entries of one tensor."""
        return self._survivors[name]

    @property
    def n(self) -> int:
        """Number of entries."""
        return sum(map(prod, self._shapes.values()))

    @property
    def n_pruned(self) -> int:
        """Number of pruned entries."""
        return self.n - sum(self._survivors.values())

    @property
    def sparsity(self) -> float:
        """Pruned share of the entries, 0 to 1; 0 for a mask of no entries."""
        return self.n_pruned / self.n if self.n else 0.0

    @property
    def density(self) -> float:
        """Surviving share of the entries, 0 to 1."""
        return 1 - self.sparsity

    def sparsity_by(self, anatomy: Anatomy, *keys: str) -> list[dict[str, Any]]:
        """Counts by any of the parameters' fields: rows of the fields, `n` and `pruned`.

        Fields are `stack`, `layer`, `block`, `role`, `set` and `name`; outside the stacks, stack
        and block are empty and layer is -1. Rows stand in the order of the mask.

        Raises UserError for another field, or where the mask is of another model.
        """
        if unknown := set(keys) - set(GROUPINGS):
            raise UserError(f"cannot group by {min(unknown)!r}; allowed: {', '.join(GROUPINGS)}")
        parameters = {name: p for p in anatomy.parameters for name in (p.name, *p.aliases)}
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for name, shape in self._shapes.items():
            if name not in parameters or parameters[name].shape != shape:
                raise UserError(f"mask of another model: {anatomy.architecture} has no {name!r}")
            place = {key: getattr(parameters[name], key) for key in keys}
            place = {
                k: v if v is not None else -1 if k == "layer" else "" for k, v in place.items()
            }
            row = rows.setdefault(tuple(place.values()), {**place, "n": 0, "pruned": 0})
            row["n"] += prod(shape)
            row["pruned"] += prod(shape) - self.n_survivors(name)
        return list(rows.values())


def ones(bits: UInt8[np.ndarray, " bytes"]) -> int:
    """How many bits are set."""
    if not hasattr(np, "bitwise_count"):  # NumPy before 2
        return int(ONES_IN_BYTE[bits].sum())
    whole = len(bits) // 8 * 8  # eight bytes at a time
    words = bits[:whole].view(np.uint64) if bits.flags.c_contiguous else bits[:whole]
    return int(np.bitwise_count(words).sum()) + int(np.bitwise_count(bits[whole:]).sum())


def weights_of(model: nn.Module | Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The parameters of a model by every name they have, tied ones too; a state as it is."""
    if isinstance(model, nn.Module):
        return dict(unwrapped(model).named_parameters(remove_duplicate=False))
    return model


def _check_shape(weights: Mapping[str, Tensor], name: str, shape: tuple[int, ...]) -> None:
    if name not in weights:
        raise UserError(f"mask of another model: the model has no parameter {name!r}")
    if tuple(weights[name].shape) != shape:
        raise UserError(
            f"mask of another model: {name!r} is {tuple(weights[name].shape)} in the model,"
            f" {shape} in the mask"
        )
