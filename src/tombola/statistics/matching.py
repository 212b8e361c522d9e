"""Whether a ticket matches the full model, by rules that have names.

"Within one standard deviation of the full model" (Chen et al. 2020, Table 2) leaves open whose
deviation is meant: with the full model's own, four of the eleven tickets that are printed as
matching do not; with the ticket's, they do. So a rule says whose, and how many runs it rests on.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Rule: TypeAlias = Literal["full-sd", "ticket-sd", "paired", "ratio"]
Answer: TypeAlias = Literal["matches", "falls short", "undecided"]


@dataclass(frozen=True)
class Runs:
    """Scores of one model over seeds, in short."""

    mean: float
    sd: float
    """Sample standard deviation; NaN of one run."""
    n: int

    @classmethod
    def of(cls, scores: Sequence[float]) -> "Runs":
        """Of some runs. Raises ValueError for none."""
        if not scores:
            raise ValueError("no scores")
        mean = sum(scores) / len(scores)
        if len(scores) < 2:
            return cls(mean, math.nan, 1)
        return cls(mean, math.sqrt(sum((s - mean) ** 2 for s in scores) / (len(scores) - 1)),
                   len(scores))  # fmt: skip


@dataclass(frozen=True)
class Matching:
    """What a rule says of a ticket."""

    rule: Rule
    gap: float
    """Ticket less full model, means over runs."""
    allowed: float
    """What the gap may be below zero, by the rule; NaN where it does not say."""
    answer: Answer


@dataclass(frozen=True)
class Held:
    """A ticket beside the full model, and all that rules may ask."""

    ticket: Runs
    full: Runs
    low: float = math.nan
    """Lower end of the interval of the paired difference, ticket less full."""
    high: float = math.nan
    margin: float = 0.01
    """Differences that are taken for none, by the rule `paired`."""
    ratio: float = 0.99
    """Share of the full model's score that is enough, by the rule `ratio`."""

    @property
    def gap(self) -> float:
        """Ticket less full model, means over runs."""
        return self.ticket.mean - self.full.mean


def by_full_sd(held: Held) -> Matching:
    """The mean lies no more than the full model's standard deviation below."""
    return _by("full-sd", held, held.full.sd)


def by_ticket_sd(held: Held) -> Matching:
    """The mean lies no more than the ticket's own standard deviation below."""
    return _by("ticket-sd", held, held.ticket.sd)


def by_ratio(held: Held) -> Matching:
    """The mean is at least a share of the full model's.

    .9 in Prasanna et al. (2020), section 3; .99 in Movva & Zhao (2020).
    """
    return _by("ratio", held, (1 - held.ratio) * held.full.mean)


def by_pairs(held: Held) -> Matching:
    """The interval of the paired difference lies above minus a margin; below it, it falls short."""
    answer: Answer = "falls short" if held.high < -held.margin else "undecided"
    answer = "matches" if held.low > -held.margin else answer
    return Matching("paired", held.gap, held.margin, answer)


RULES: Mapping[Rule, Callable[[Held], Matching]] = {
    "full-sd": by_full_sd,
    "ticket-sd": by_ticket_sd,
    "paired": by_pairs,
    "ratio": by_ratio,
}
"""Rules by name."""


def _by(rule: Rule, held: Held, allowed: float) -> Matching:
    """Undecided where what is allowed is not known: the spread of one run."""
    if not math.isfinite(allowed):
        return Matching(rule, held.gap, allowed, "undecided")
    # what is equal as printed, with few decimals, matches
    holds = held.gap >= -allowed - 1e-9
    return Matching(rule, held.gap, allowed, "matches" if holds else "falls short")
