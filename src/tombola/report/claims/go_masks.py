"""Gordon et al. 2020: fine-tuning hardly changes which weights are smallest."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import either
from tombola.report.reading import Tables
from tombola.report.words import count, percent

MOST = 0.06
MODELS = "of"
"""The axis of masks that one step draws of several models: before and after, say."""


def test(tables: Tables) -> Finding:
    """Masks drawn of models before and after fine-tuning differ in less than 6% of weights."""
    rows = table_of(tables, "overlap")
    rows = None if rows is None or "difference" not in rows else rows[rows["axis"] == MODELS]
    if rows is None or rows.empty:
        return silent("no masks of several models at one sparsity beside each other")
    found = rows["difference"]
    text = (
        f"masks differ in {percent(found.min())} to {percent(found.max())} of weights, "
        f"{count(len(rows), 'pair')}; masks of these sizes could differ in "
        f"{percent(rows['most_different'].min())} to {percent(rows['most_different'].max())}, and "
        f"independent ones would in {percent(rows['expected_difference'].min())} to "
        f"{percent(rows['expected_difference'].max())}"
    )
    verdict = either(bool((found < MOST).all()), bool((found >= MOST).all()))
    return Finding(verdict, text, int(rows["n"].max()))


CLAIMS.add(
    Claim(
        "go-masks",
        "Masks found before and after fine-tuning differ in less than 6% of the weights.",
        "Gordon, Duh & Andrews 2020, section 6, Fig. 3",
        test,
        "study",
    )
)
