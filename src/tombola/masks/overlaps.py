"""How much two masks have in common, beside what chance alone would give."""

from dataclasses import dataclass
from math import nan, prod

from tombola.masks.mask import Mask, ones
from tombola.results import Record, Result


@dataclass(frozen=True, repr=False)
class Overlap(Result):
    """The surviving weights that two masks share. Counts are of entries."""

    n: int
    survivors: tuple[int, int]
    """What survives in the first, in the second."""
    intersection: int
    """What survives in both."""
    expected: float
    """Mean intersection of two independent masks with these numbers of survivors."""
    expected_by_tensor: float
    """Mean intersection of two independent masks with these numbers of survivors in each tensor:
    the chance level for masks that agree only on how much each tensor keeps."""

    def lines(self) -> tuple[str, ...]:
        """What they share, beside chance."""
        return (
            f"Jaccard index {self.jaccard:.4f} (chance {self.expected_jaccard:.4f}): of {self.n:,} "
            f"entries {self.survivors[0]:,} and {self.survivors[1]:,} survive, "
            f"{self.intersection:,} in both",
        )

    def records(self) -> list[Record]:
        """One row."""
        return [{
            "n": self.n, "survivors_a": self.survivors[0], "survivors_b": self.survivors[1],
            "both": self.intersection, "jaccard": self.jaccard,
            "expected_jaccard": self.expected_jaccard,
            "expected_jaccard_by_tensor": self.expected_jaccard_by_tensor,
            "difference": self.difference, "expected_difference": self.expected_difference,
        }]  # fmt: skip

    def printed(self) -> list[Record]:
        """The line says it."""
        return []

    @property
    def jaccard(self) -> float:
        """Intersection over union, 0 to 1; NaN where nothing survives in either."""
        return self._jaccard(self.intersection)

    @property
    def expected_jaccard(self) -> float:
        """Jaccard index at the expected intersection, `expected`."""
        return self._jaccard(self.expected)

    @property
    def expected_jaccard_by_tensor(self) -> float:
        """Jaccard index at the expected intersection, `expected_by_tensor`."""
        return self._jaccard(self.expected_by_tensor)

    @property
    def difference(self) -> float:
        """Share of entries that survive in just one of the two, 0 to 1; 0 for no entries.

        Gordon, Duh & Andrews (2020), section 6, say this of masks before and after fine-tuning.
        """
        return self._difference(self.intersection)

    @property
    def most_different(self) -> float:
        """The largest difference that masks of these sizes can have: 2·min(s, 1 - s) of equal s."""
        kept = sum(self.survivors)
        return min(kept, 2 * self.n - kept) / self.n if self.n else 0.0

    @property
    def expected_difference(self) -> float:
        """The difference of independent masks of these sizes, on average."""
        return self._difference(self.expected)

    def _difference(self, intersection: int | float) -> float:
        return (sum(self.survivors) - 2 * intersection) / self.n if self.n else 0.0

    def _jaccard(self, intersection: int | float) -> float:
        union = sum(self.survivors) - intersection
        return intersection / union if union else nan


def n_different(a: Mask, b: Mask) -> int:
    """Entries that survive in just one of two masks, counted packed.

    Raises UserError for masks of different models.
    """
    a.check_same(b)
    return sum(ones(a.bits(name) ^ b.bits(name)) for name in a)


def overlap(a: Mask, b: Mask) -> Overlap:
    """Compare what survives; for what is pruned give `overlap(~a, ~b)`.

    Raises UserError for masks of different models.
    """
    both = a & b
    survivors = (a.n - a.n_pruned, b.n - b.n_pruned)
    by_tensor = [
        a.n_survivors(name) * b.n_survivors(name) / prod(shape)
        for name, shape in a.shapes.items()
        if prod(shape)
    ]
    return Overlap(
        n=a.n,
        survivors=survivors,
        intersection=both.n - both.n_pruned,
        expected=survivors[0] * survivors[1] / a.n if a.n else 0.0,
        expected_by_tensor=sum(by_tensor, 0.0),
    )
