"""What claims about scores share: the paired difference that they rest on."""

from dataclasses import dataclass
from typing import Any

from tombola.report.claims.claim import Finding
from tombola.report.reading import Tables
from tombola.report.words import LOWER_IS_BETTER, decimals, number


@dataclass(frozen=True)
class Paired:
    """One row of the differences of scores."""

    difference: float
    low: float
    high: float
    n: int
    seeds: int
    sparsity: float
    against: str
    metric: str


def at_sparsity(
    tables: Tables, sparsity: float, *, criterion: str, against: str | tuple[str, ...]
) -> Paired | None:
    """The difference nearest to a sparsity, to the first of several models that there is.

    Of scores of which more is better, for what papers say of those is not said of losses; by the
    first of these metrics, where models were held to each other by several.
    """
    if "differences" not in tables:
        return None
    rows = tables["differences"]
    rows = rows[(rows["criterion"] == criterion) & rows["difference"].notna()]
    rows = rows[~rows["metric"].isin(LOWER_IS_BETTER)] if "metric" in rows else rows
    rows = rows[rows["metric"] == rows["metric"].iloc[0]] if len(rows) else rows
    for other in (against,) if isinstance(against, str) else against:
        found = rows[rows["against"] == other]
        if len(found):
            nearest = int((found["sparsity"] - sparsity).abs().to_numpy().argmin())
            row: Any = found.iloc[nearest]
            return Paired(
                float(row["difference"]), float(row["low"]), float(row["high"]), int(row["n"]),
                int(row["seeds"]), float(row["sparsity"]), other, str(row["metric"]),
            )  # fmt: skip
    return None


def at_highest_sparsity(tables: Tables, *, criterion: str, against: str) -> Paired | None:
    """The difference of the sparsest tickets."""
    return at_sparsity(tables, 1.0, criterion=criterion, against=against)


def finding(verdict: Any, row: Paired, more: str = "") -> Finding:
    """A verdict with the difference that it rests on."""
    places = decimals([row.difference, row.low, row.high])
    ends = " to ".join(number(end, places) for end in (row.low, row.high))
    statistic = (
        f"difference {number(row.difference, places)}, 95% interval {ends}, "
        f"at {row.sparsity:.1%} sparsity{more}"
    )
    return Finding(verdict, statistic, row.n, row.seeds)
