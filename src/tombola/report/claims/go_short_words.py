"""Gordon et al. 2020: short sub-words have small rows."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import Part, above, both, interval, most
from tombola.report.reading import Tables


def test(tables: Tables) -> Finding:
    """Magnitude rises with length, and does so with frequency held fixed."""
    rows = table_of(tables, "word-magnitudes")
    rows = None if rows is None else rows[rows["about"] == "length"]
    if rows is None or rows.empty:
        return silent("no magnitudes of the rows of a table of words")

    def half(fixed: str) -> Finding:
        own = rows[rows["fixed"] == fixed]
        parts = [
            Part(str(row["model"]), above()(float(row["low"]), float(row["high"])),
                 interval(float(row["value"]), float(row["low"]), float(row["high"])),
                 int(row["n"]))
            for _, row in own.iterrows()
        ]  # fmt: skip
        return most(parts, "rank correlation with length", "not asked")

    return both({"length alone": half(""), "frequency held fixed": half("frequency")})


CLAIMS.add(
    Claim(
        "go-short-words",
        "Rows of the table of words are smaller for shorter sub-words.",
        "Gordon, Duh & Andrews 2020, footnote 7 and Fig. 9",
        test,
        "study",
    )
)
