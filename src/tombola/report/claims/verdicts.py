"""From intervals to verdicts, and from those of several tasks or halves of a claim to one."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from tombola.report.claims.claim import Finding, Verdict, silent
from tombola.report.words import LOWER_IS_BETTER, clip, count, listed, number

MARGIN = 0.02
"""What is taken for no difference where a step names no margin: two points of a score up to 1."""
NO_AXES = {
    "step", "model", "against", "task", "criterion", "rewind", "round", "sparsity", "metric",
    "difference", "low", "high", "over", "seeds", "n", "margin", "verdict", "signature", "choose",
    "mask", "turn", "other",
}  # fmt: skip
"""Columns of `differences` that tell no two rows of one task apart."""


@dataclass(frozen=True)
class Part:
    """What one task, or one half of a claim, says."""

    name: str
    verdict: Verdict
    text: str
    """The number with its interval."""
    n: int = 0
    seeds: int = 0


Rule = Callable[[float, float], Verdict]
"""From the ends of an interval to a verdict."""


def above(bar: float = 0.0) -> Rule:
    """Whether the interval lies above a bar."""
    return lambda low, high: either(low > bar, high < bar)


def below(bar: float = 0.0) -> Rule:
    """Whether it lies below."""
    return lambda low, high: either(high < bar, low > bar)


def between(least: float, most: float) -> Rule:
    """Whether it lies between two bars, or beyond one of them."""
    return lambda low, high: either(least < low and high < most, high < least or low > most)


def either(supported: bool, contradicted: bool) -> Verdict:
    """Supported, contradicted, or undecided where it is neither."""
    return "supported" if supported else "contradicted" if contradicted else "undecided"


def interval(value: float, low: float, high: float, places: int = 3) -> str:
    """A value with its 95% interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{number(value, places)} (no interval)"
    return f"{number(value, places)} ({number(low, places)} to {number(high, places)})"


def by_task(rows: pd.DataFrame, rule: Callable[[pd.Series], Rule]) -> list[Part]:
    """A part for each paired difference: a task, and whatever else tells two of one task apart."""
    rows = rows[rows["difference"].notna()] if len(rows) else rows
    if "metric" in rows:  # rules are of scores of which more is better
        rows = rows[~rows["metric"].isin(LOWER_IS_BETTER)]
    return [
        Part(
            name,
            rule(row)(float(row["low"]), float(row["high"])),
            interval(float(row["difference"]), float(row["low"]), float(row["high"])),
            int(row["n"]),
            int(row["seeds"]),
        )
        for name, (_, row) in zip(_names(rows), rows.iterrows(), strict=True)
    ]


def margin(row: pd.Series) -> float:
    """What the step that compared takes for no difference."""
    named = float(row["margin"])
    return named if math.isfinite(named) else MARGIN


def most(parts: Sequence[Part], what: str = "difference", none: str = "") -> Finding:
    """What holds on most tasks: on more than half, or shown not to hold on half at least."""
    if not parts:
        return silent(none)
    votes = [part.verdict for part in parts]
    held, failed = votes.count("supported"), votes.count("contradicted")
    verdict = either(2 * held > len(votes), 2 * failed >= len(votes))
    each = "; ".join(f"{clip(part.name)} {part.text}" for part in parts)
    of = f"{count(len(votes), 'task')}" if len(votes) > 1 else "one task"
    text = (
        f"{what} with 95% interval: {each}. Of {of}, holds on {held}, not on {failed}, "
        f"undecided on {len(votes) - held - failed}"
    )
    seeds = [part.seeds for part in parts if part.seeds]
    return Finding(verdict, text, sum(part.n for part in parts), min(seeds, default=0))


def both(halves: dict[str, Finding]) -> Finding:
    """A claim with halves: supported where all are, contradicted where one is.

    Where a half is silent the whole is not supported.
    """
    found = list(halves.values())
    votes = [half.verdict for half in found]
    if set(votes) == {"silent"}:
        return silent(listed([half.statistic for half in found]))
    verdict = either(set(votes) == {"supported"}, "contradicted" in votes)
    text = ". ".join(
        f"{name[:1].upper()}{name[1:]} ({_voted(half)}): {half.statistic}"
        for name, half in halves.items()
    )
    seeds = [half.seeds for half in found if half.seeds]
    return Finding(verdict, text, max(half.n for half in found), min(seeds, default=0))


def _voted(half: Finding) -> str:
    return "no answer" if half.verdict == "silent" else half.verdict


def _names(rows: pd.DataFrame) -> list[str]:
    """The task of each row, with the axes that differ within a task."""
    if rows.empty:
        return []
    axes = [
        column
        for column in map(str, rows)
        if column not in NO_AXES
        and not column.startswith(("of_", "to_"))
        and (rows.groupby("task")[column].nunique() > 1).any()
    ]
    words = ([str(row["task"]), *_words(row, axes)] for _, row in rows.iterrows())
    return [", ".join(filter(None, each)) for each in words]


def _words(row: pd.Series, axes: Iterable[str]) -> list[str]:
    return [f"{axis} {row[axis]}".replace("_", " ") for axis in axes if str(row[axis])]
