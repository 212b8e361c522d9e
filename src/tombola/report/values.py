"""Numbers in words: a value over seeds, with the interval of one seed."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from tombola.report.words import count, number


@dataclass(frozen=True)
class Value:
    """A mean over seeds with the seeds' range and the interval of one of them."""

    mean: float
    least: float
    most: float
    low: float
    high: float
    seeds: int
    places: int
    """Decimals."""

    @classmethod
    def of(cls, row: pd.Series, places: int) -> "Value":
        """From a row of `means.over_seeds`."""
        mean, least, most, low, high = (
            float(row[name]) for name in ("mean", "least", "most", "low", "high")
        )
        return cls(mean, least, most, low, high, int(row["seeds"]), places)

    def __str__(self) -> str:
        if self.seeds <= 1:
            return f"{number(self.mean, self.places)} (1 seed)"
        return (
            f"{number(self.mean, self.places)} ({self.seeds} seeds: "
            f"{number(self.least, self.places)} to {number(self.most, self.places)})"
        )

    @property
    def interval(self) -> str:
        """The 95% interval of one seed."""
        return f"{number(self.low, self.places)} to {number(self.high, self.places)}"


def seeds_of(values: Iterable[object]) -> str:
    """How many seeds: `2 seeds`. A model that folds seeds counts as one."""
    return count(max(1, pd.Series(list(values)).nunique()), "seed")
