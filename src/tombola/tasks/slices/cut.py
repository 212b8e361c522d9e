"""Slices of a dev split: by numbers, or by a user's labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from tombola.errors import UserError
from tombola.text.lines import read_lines


@dataclass(frozen=True)
class Slice:
    """Examples that have something in common."""

    by: str
    """What they have in common: a slicer, or the name of a user's labels."""
    name: str
    place: int
    """Its place among the slices of its kind, from 0."""
    examples: Int[np.ndarray, " m"]
    """Places in the dev split, ascending."""
    least: float = math.nan
    """Least number of its examples; NaN for labels."""
    most: float = math.nan


def by_numbers(
    by: str,
    unit: str,
    numbers: Float[np.ndarray, " n"],
    bins: int,
    edges: Sequence[float] = (),
) -> list[Slice]:
    """Slices of about equal size, or between given edges; equal numbers stay together.

    Args:
        by: name of the slicer.
        unit: what the numbers count.
        numbers: of every example.
        bins: how many slices of equal size are aimed at; with many equal numbers there are fewer.
        edges: where given, the lower ends of all slices but the first, ascending.
    """
    if not edges:
        shares = np.arange(1, bins) / bins
        ends = np.quantile(numbers, shares, method="higher").tolist()
        edges = [edge for edge in dict.fromkeys(ends) if edge > numbers.min()]
        if not edges:  # nearly all are equal: what is not stands apart
            edges = np.unique(numbers)[1:2].tolist()
    which = np.searchsorted(np.asarray(edges, np.float64), numbers, side="right")
    found = []
    for place in range(len(edges) + 1):
        examples = np.flatnonzero(which == place)
        if len(examples):
            least, most = float(numbers[examples].min()), float(numbers[examples].max())
            ends_of = f"{least:.4g}" if least == most else f"{least:.4g}–{most:.4g}"
            found.append(Slice(by, f"{ends_of} {unit}", place, examples, least, most))
    return found


def by_labels(by: str, labels: Sequence[str]) -> list[Slice]:
    """A slice for each label, in the order of the alphabet."""
    array = np.asarray(labels)
    return [
        Slice(by, label, place, np.flatnonzero(array == label))
        for place, label in enumerate(sorted(set(labels)))
    ]


def read_labels(path: Path) -> list[str]:
    """A label from each line, without blanks around it.

    Raises UserError for a line without a label, and as `read_lines` does.
    """
    found = []
    for number, line in read_lines(path):
        if not line.strip():
            raise UserError(f"{path}:{number}: no label; every example has one")
        found.append(" ".join(line.split()))
    return found
