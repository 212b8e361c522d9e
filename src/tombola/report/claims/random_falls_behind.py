"""Movva & Zhao 2020: random masks of the same size do worse, the more the sparser."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.paired import at_highest_sparsity, finding
from tombola.report.claims.trends import chain, contrast, slope
from tombola.report.claims.verdicts import above, both, interval
from tombola.report.reading import Tables
from tombola.report.words import decimals


def test(tables: Tables) -> Finding:
    """Magnitude less random at the highest sparsity above 0; over several rounds, rising too."""
    row = at_highest_sparsity(tables, criterion="magnitude", against="random")
    if row is None:
        return silent("no paired differences of magnitude tickets to random ones")
    last = finding(above()(row.low, row.high), row)
    rows = chain(tables, criterion="magnitude", against=("random",))
    if len(rows) < 2:
        return last
    value, low, high = contrast(rows, slope(rows["sparsity"].tolist()))
    places = decimals([value, low, high])
    rising = Finding(
        above()(low, high),
        f"slope of the difference over sparsity (0 to 1) with 95% interval "
        f"{interval(value, low, high, places)}, {len(rows)} rounds",
        row.n,
        row.seeds,
    )
    return both({"at the highest sparsity": last, "more with sparsity": rising})


CLAIMS.add(
    Claim(
        "mz-random",
        "Tickets by magnitude do better than randomly pruned models of the same size, and more so "
        "with sparsity.",
        "Movva & Zhao 2020, section 3.3 and Table A1",
        test,
    )
)
