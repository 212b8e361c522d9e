"""Movva & Zhao 2020: at about 79% sparsity tickets keep 99% of the dense model's score."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.paired import at_sparsity, finding
from tombola.report.reading import Tables

SPARSITY = 0.79
KEPT = 0.99
"""Share of the dense score that is kept."""


def test(tables: Tables) -> Finding:
    """The difference to a dense model trained as long is above -1% of the dense score."""
    row = at_sparsity(tables, SPARSITY, criterion="magnitude", against=("none", "dense"))
    if row is None:
        return silent("no paired differences of magnitude tickets to a dense model")
    if abs(row.sparsity - SPARSITY) > 0.1:
        return silent(f"the nearest ticket has {row.sparsity:.1%} sparsity")
    scores = tables.joined("scores")
    scores = scores[scores["metric"] == row.metric]
    lost = -(1 - KEPT) * float(scores.loc[scores["round"] == 0, "score"].mean())
    verdict = "undecided"
    if row.low > lost:
        verdict = "supported"
    elif row.high < lost:
        verdict = "contradicted"
    return finding(verdict, row, f"; 1% of the dense score is {-lost:.3g}")


CLAIMS.add(
    Claim(
        "mz-match",
        "At about 79% sparsity tickets by magnitude keep 99% of the dense model's score.",
        "Movva & Zhao 2020, section 3.3 and Table A1",
        test,
    )
)
