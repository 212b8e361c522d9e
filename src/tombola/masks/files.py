"""Masks as files: bit-packed safetensors, checked in full when read."""

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import nn

from tombola.errors import UserError
from tombola.files import atomic_file
from tombola.masks.fit import fitted
from tombola.masks.mask import Mask

KEY = "tombola.mask"
"""The one key of the file's metadata: several would be written in no fixed order."""

VERSION = 1
MAX_RANK = 16
MAX_ENTRIES = 2**48


@dataclass(frozen=True)
class MaskFile:
    """What a file of a mask holds."""

    mask: Mask
    architecture: str
    """Class name of the model it was made for; empty if unknown."""
    provenance: dict[str, str]
    """Where the mask came from, in the words of whoever saved it."""


def save(
    mask: Mask, path: Path, *, architecture: str = "", provenance: dict[str, str] | None = None
) -> None:
    """Write a mask, one bit per weight; equal contents give equal bytes.

    One uint8 tensor per parameter holds the bits row by row, low bit first; the metadata says the
    shapes, in the mask's order.
    """
    about = {
        "version": VERSION,
        "architecture": architecture,
        "provenance": dict(sorted((provenance or {}).items())),
        "shapes": [[name, list(shape)] for name, shape in mask.shapes.items()],
    }
    bits = {name: np.ascontiguousarray(mask.bits(name)) for name in mask}
    with atomic_file(path) as draft:
        save_file(bits, draft, metadata={KEY: json.dumps(about)})


def load(path: Path, model: nn.Module | None = None) -> Mask:
    """Read a mask; where a model is given, by the names that this has (see `fitted`).

    Raises UserError where the file is not a sound mask, or the mask is of another body.
    """
    mask = read(path).mask
    if model is not None:
        try:
            mask = fitted(mask, model)
        except UserError as problem:
            raise UserError(f"{path}: {problem}") from None
    return mask


def read(path: Path) -> MaskFile:
    """Read a mask and what its file says about it. Raises UserError where it is not sound."""
    try:
        with safe_open(path, framework="numpy") as file:
            about = _about((file.metadata() or {}).get(KEY))
            shapes = _shapes(about)
            if set(file.keys()) != set(shapes):
                raise ValueError("its tensors are not those that it declares")
            bits = {}
            for name in shapes:
                part = file.get_slice(name)
                if part.get_dtype() != "U8" or len(part.get_shape()) != 1:
                    raise ValueError(f"{name!r} is no vector of bytes")
                bits[name] = file.get_tensor(name)
            mask = Mask.from_bits(shapes, bits)
    # RecursionError: JSON nested too deep
    except (OSError, SafetensorError, ValueError, RecursionError) as problem:
        raise UserError(f"{path}: no readable mask: {_line(problem)}") from problem
    return MaskFile(mask, about["architecture"], about["provenance"])


def _line(problem: Exception) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__


def _about(text: str | None) -> dict[str, Any]:
    if text is None:
        raise ValueError(f"its metadata have no {KEY!r}")
    about = json.loads(text)
    if not isinstance(about, dict):
        raise ValueError("its metadata are no JSON object")
    if about.get("version") != VERSION:
        raise ValueError(f"version {about.get('version')!r}; this program reads {VERSION}")
    if not isinstance(about.get("architecture"), str):
        raise ValueError("its architecture is no string")
    provenance = about.get("provenance")
    if not isinstance(provenance, dict) or not all(
        isinstance(value, str) for value in provenance.values()
    ):
        raise ValueError("its provenance is no object of strings")
    return about


def _shapes(about: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    declared = about.get("shapes")
    if not isinstance(declared, list):
        raise ValueError("its shapes are no list")
    shapes: dict[str, tuple[int, ...]] = {}
    for pair in declared:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise ValueError("its shapes are no pairs of name and shape")
        name, shape = pair
        if name in shapes:
            raise ValueError(f"{name!r} is declared twice")
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f"the shape of {name!r} is no list of lengths")
        # lengths of 0 hide others that no tensor can have
        if len(shape) > MAX_RANK or prod(max(1, n) for n in shape) > MAX_ENTRIES:
            raise ValueError(f"the shape of {name!r} is beyond all measure")
        shapes[name] = tuple(shape)
    return shapes
