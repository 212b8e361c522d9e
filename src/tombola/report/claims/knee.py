"""Movva & Zhao 2020: the score falls faster after the seventh round, per weight."""

import numpy as np

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.trends import chain, contrast, slope
from tombola.report.claims.verdicts import below, interval
from tombola.report.reading import Tables
from tombola.report.words import decimals, percent

KNEE = 0.79
"""Sparsity after seven rounds of a fifth."""
NEAR = 0.05


def test(tables: Tables) -> Finding:
    """Slope of the difference to dense over sparsity beyond the knee, less that before it."""
    rows = chain(tables, criterion="magnitude", against=("none", "dense"))
    if rows.empty:
        return silent("no paired differences of magnitude tickets to a dense model")
    sparsity = rows["sparsity"].to_numpy()
    knee = int(np.abs(sparsity - KNEE).argmin())
    if abs(sparsity[knee] - KNEE) > NEAR:
        return silent(f"no ticket near {percent(KNEE)} sparsity, the seventh round's")
    if knee < 1 or knee == len(rows) - 1:
        return silent("no ticket before or none beyond the seventh round's sparsity")
    weights = np.zeros(len(rows))
    weights[knee:] += slope(sparsity[knee:].tolist())
    weights[: knee + 1] -= slope(sparsity[: knee + 1].tolist())
    value, low, high = contrast(rows, weights)
    places = decimals([value, low, high])
    text = (
        "slope of the difference to dense over sparsity (0 to 1) beyond "
        f"{percent(float(sparsity[knee]))}, less the slope before it, with 95% interval "
        f"{interval(value, low, high, places)}; {knee + 1} rounds and {len(rows) - knee}"
    )
    return Finding(below()(low, high), text, int(rows["n"].min()), int(rows["seeds"].min()))


CLAIMS.add(
    Claim(
        "mz-knee",
        "After the seventh round the score falls faster per weight that goes.",
        "Movva & Zhao 2020, section 3.3 and Table A1",
        test,
    )
)
