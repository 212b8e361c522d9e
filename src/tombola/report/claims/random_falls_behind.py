"""Movva & Zhao 2020: random masks of the same size do worse."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.paired import at_highest_sparsity, finding
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """The difference of magnitude tickets to random ones at the highest sparsity is above 0."""
    row = at_highest_sparsity(tables, criterion="magnitude", against="random")
    if row is None:
        return silent("no paired differences of magnitude tickets to random ones")
    if row.low > 0:
        return finding("supported", row)
    return finding("contradicted" if row.high < 0 else "undecided", row)


CLAIMS.add(
    Claim(
        "mz-random",
        "Tickets by magnitude do better than randomly pruned models of the same size.",
        "Movva & Zhao 2020, section 3.3 and Table A1",
        test,
    )
)
