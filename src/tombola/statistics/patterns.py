"""What some masks keep, counted by pattern: which of them keep an item, and how many items."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int


@dataclass(frozen=True)
class Patterns:
    """How many items are kept by which raters.

    A rater is a mask, an item is what it keeps or not: a head, a weight. All that is said of masks
    as wholes follows from these numbers, so a hundred million weights cost no more than a hundred
    heads once they are counted.
    """

    kept: Bool[np.ndarray, "cells raters"]
    """Each pattern that occurs, once."""
    counts: Int[np.ndarray, " cells"]
    """Items of each."""

    @classmethod
    def of(cls, masks: Bool[np.ndarray, "raters items"]) -> "Patterns":
        """Count the patterns of masks; True is kept."""
        kept, counts = np.unique(masks, axis=1, return_counts=True)
        return cls(kept.T, counts)

    @property
    def n(self) -> int:
        """Items."""
        return int(self.counts.sum())

    @property
    def raters(self) -> int:
        """Masks."""
        return self.kept.shape[1]

    @property
    def sizes(self) -> Int[np.ndarray, " raters"]:
        """Items that each rater keeps."""
        return self.counts @ self.kept.astype(np.int64)

    @property
    def kept_by_all(self) -> int:
        """Items that every rater keeps."""
        return int(self.counts[self.kept.all(axis=1)].sum())

    @property
    def kept_by_none(self) -> int:
        """Items that no rater keeps."""
        return int(self.counts[~self.kept.any(axis=1)].sum())

    @property
    def expected_by_all(self) -> float:
        """Mean of `kept_by_all` over independent masks of these sizes."""
        return float(self.n * np.prod(self.sizes / self.n)) if self.n else 0.0
