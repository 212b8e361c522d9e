"""Attention maps with the pattern that each shows: made up, or a person's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from tombola.dissect.patterns.pattern import NAMES, number_of
from tombola.errors import UserError

LEAST = 5
"""Maps of each pattern, so that some can be held out."""


@dataclass(frozen=True)
class LabelledMaps:
    """Maps, each tokens × tokens, and the number of each one's pattern."""

    maps: tuple[np.ndarray, ...]
    labels: Int[np.ndarray, " maps"]

    def __len__(self) -> int:
        return len(self.maps)

    def chosen(self, indices: Int[np.ndarray, " chosen"]) -> "LabelledMaps":
        """Those at the indices."""
        return LabelledMaps(tuple(self.maps[i] for i in indices), self.labels[indices])


def read_labelled(path: str | Path) -> LabelledMaps:
    """Read maps that a person labelled.

    Args:
        path: a folder with a folder for each pattern (`diagonal`, `vertical+diagonal`, …) that
            holds `.npy` files, a map in each; or an `.npz` file with `maps`, maps × tokens ×
            tokens, and `labels`, the names of their patterns.

    Raises UserError, on one line, for a file that is not there or not readable without unpickling,
    a map that is not square, not of real numbers, not finite, below zero or all zero, an unknown
    pattern, and fewer than 5 maps of one.
    """
    path = Path(path)
    if path.is_dir():
        named = list(_of_folder(path))
    elif path.suffix == ".npz" and path.is_file():
        named = _of_archive(path)
    else:
        raise UserError(f"{path}: neither a folder of labelled maps nor an .npz file")
    maps = tuple(_checked(found, where) for found, _, where in named)
    labels = np.array([number_of(label, where) for _, label, where in named], dtype=np.int64)
    for i, name in enumerate(NAMES):
        if (n := int((labels == i).sum())) < LEAST:
            raise UserError(f"{path}: {n} maps of the pattern {name}; at least {LEAST} are needed")
    return LabelledMaps(maps, labels)


def _of_folder(path: Path) -> Any:
    for inside in sorted(path.iterdir()):
        if not inside.is_dir() or inside.name.startswith("."):
            continue
        number_of(inside.name, str(path))
        for file in sorted(inside.glob("*.npy")):
            yield _loaded(file), inside.name, str(file)


def _of_archive(path: Path) -> list[tuple[Any, str, str]]:
    found = _loaded(path)
    if missing := {"maps", "labels"} - set(found):
        raise UserError(f"{path}: no {' and no '.join(sorted(missing))}")
    maps, labels = found["maps"], found["labels"]
    if maps.ndim != 3 or labels.ndim != 1 or len(maps) != len(labels):
        raise UserError(
            f"{path}: maps are {maps.shape} and labels {labels.shape}; "
            "allowed: maps × tokens × tokens, and a label for each"
        )
    if labels.dtype.kind != "U":
        raise UserError(f"{path}: labels are {labels.dtype}; allowed: {', '.join(NAMES)}")
    rows = zip(maps, labels, strict=True)
    return [(one, str(label), f"{path}: map {i}") for i, (one, label) in enumerate(rows)]


def _loaded(path: Path) -> Any:
    """An array, or the arrays of an archive by name."""
    try:
        found = np.load(path, allow_pickle=False)
        return found if isinstance(found, np.ndarray) else {name: found[name] for name in found}
    except (OSError, ValueError, EOFError, KeyError, SyntaxError) as problem:
        said = " ".join(str(problem).split())[:160]
        raise UserError(f"{path}: no readable array: {said}") from problem
    except Exception as problem:  # zipfile and zlib have errors of their own
        raise UserError(f"{path}: damaged: {type(problem).__name__}") from problem


def _checked(found: np.ndarray, where: str) -> np.ndarray:
    if found.ndim != 2 or found.shape[0] != found.shape[1] or found.shape[0] < 2:
        raise UserError(f"{where}: a map of the shape {found.shape}; allowed: tokens × tokens")
    if found.dtype.kind != "f":
        raise UserError(f"{where}: a map of {found.dtype}; allowed: real numbers")
    if not np.isfinite(found).all():
        raise UserError(f"{where}: a map with NaN or infinity in it")
    if (found < 0).any() or not found.any():
        raise UserError(f"{where}: a map below zero or all zero; attention is neither")
    return found.astype(np.float64)
