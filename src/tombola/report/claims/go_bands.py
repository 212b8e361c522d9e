"""Gordon et al. 2020: magnitudes of key matrices go by head."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import either
from tombola.report.reading import Tables
from tombola.report.words import count, percent
from tombola.statistics import wilson


def test(tables: Tables) -> Finding:
    """In most key matrices more of the channels' spread lies between heads than if shuffled."""
    rows = table_of(tables, "head-bands")
    rows = None if rows is None else rows[(rows["role"] == "key") & rows["between"].notna()]
    if rows is None or rows.empty:
        return silent("no spread of magnitudes between heads of key matrices")
    above = int((rows["between"] > rows["high"]).sum())
    low, high = wilson(above, len(rows))
    text = (
        f"between heads lies {percent(rows['between'].mean())} of the spread of channels, in "
        f"random order {percent(rows['chance'].mean())}; more than 97.5% of shuffles in {above} of "
        f"{count(len(rows), 'key matrix', 'key matrices')}"
    )
    return Finding(either(low > 0.5, high < 0.5), text, len(rows))


CLAIMS.add(
    Claim(
        "go-bands",
        "Magnitudes of key matrices cluster by head.",
        "Gordon, Duh & Andrews 2020, appendix, Fig. 8",
        test,
        "study",
    )
)
