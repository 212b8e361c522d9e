"""What an interval shows, and up to where something holds."""

import math
from collections.abc import Iterable
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["above", "below", "within", "undecided"]


def verdict(low: float, high: float, margin: float | None = None) -> Verdict:
    """Read the interval of a difference.

    "within" ±`margin`, where there is one: whoever names a margin says that less does not matter,
    so this goes before the others. Else "above" or "below" 0. All else is "undecided", as is an
    interval of NaN.
    """
    if margin is not None and -margin < low and high < margin:
        return "within"
    if low > 0:
        return "above"
    if high < 0:
        return "below"
    return "undecided"


def matches_up_to(differences: Iterable[tuple[float, float]], margin: float) -> float:
    """Highest level (say, sparsity) up to which every difference stays above -`margin`.

    `differences` are pairs of a level and the lower end of the difference's interval there; several
    may share a level, and all of them must stay above. Levels are tried in rising order and the
    first that fails ends it, so that later ones cannot count and the error of the whole is that of
    one test (fixed sequence: Maurer, Hothorn & Lehmacher 1995). NaN if the first fails already, or
    there are none. An interval of NaN fails.

    Raises ValueError where the margin is not positive.
    """
    if not margin > 0:
        raise ValueError(f"a margin is a positive number, not {margin}")
    reached = math.nan
    lows: dict[float, list[float]] = {}
    for level, low in differences:
        lows.setdefault(level, []).append(low)
    for level in sorted(lows):
        if not all(low > -margin for low in lows[level]):
            break
        reached = level
    return reached
