"""Which tickets serve on other tasks: counts over a matrix of sources and targets."""

from collections.abc import Mapping
from dataclasses import dataclass

Scores = Mapping[tuple[str, str], float]
"""Source and target to the ticket's score there, or its score less the full model's."""


@dataclass(frozen=True)
class Transfer:
    """A source, and on how many other targets its tickets serve."""

    source: str
    as_own: int
    """As well as the target's own ticket: what Chen et al. (2020) print as counts."""
    as_full: int
    """As well as the full model: another claim."""
    targets: int
    """Other targets that were tried."""


def transfers(scores: Scores, full: Mapping[str, float]) -> list[Transfer]:
    """Counts for every source, ties included; a source's own task is not among its targets.

    `full` holds the full model's score on each target, 0 where scores are differences from it. A
    source that is no target (the pre-trained weights themselves, say) is counted on all.
    """
    sources = list(dict.fromkeys(source for source, _ in scores))
    found = []
    for source in sources:
        others = {t: s for (from_, t), s in scores.items() if from_ == source and t != source}
        own = [score >= scores[t, t] for t, score in others.items() if (t, t) in scores]
        as_full = [score >= full[t] for t, score in others.items() if t in full]
        found.append(Transfer(source, sum(own), sum(as_full), len(others)))
    return found
