"""Gordon et al. 2020: pruning by matrix strikes all heads alike."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent, table_of
from tombola.report.claims.verdicts import either
from tombola.report.reading import Tables
from tombola.report.words import count, percent

CUT, REACH = 0.6, 0.05


def test(tables: Tables) -> Finding:
    """At 60% every head loses 55 to 65% where magnitudes compete within matrices."""
    rows = table_of(tables, "head-shares")
    if rows is None or rows.empty:
        return silent("no shares of heads that pruning would take")
    rows = rows[(rows["cut"] - CUT).abs() < 0.01]
    own, wide = (rows[rows["scope"] == scope] for scope in ("matrix", "global"))
    if own.empty:
        return silent("no shares of heads at 60%, by matrix")
    inside = (own["least"] >= CUT - REACH) & (own["most"] <= CUT + REACH)
    text = (
        f"heads lose {percent(own['least'].min())} to {percent(own['most'].max())}, standard "
        f"deviation {percent(own['sd'].mean())}, by lot {percent(own['chance_sd'].mean())}; "
        f"{count(len(own), 'model')}"
    )
    if len(wide):
        text += f"; over the whole model {percent(wide['least'].min())} to "
        text += percent(wide["most"].max())
    verdict = either(bool(inside.all()), not inside.any())
    return Finding(verdict, text, int(own["heads"].max()))


CLAIMS.add(
    Claim(
        "go-heads-even",
        "Magnitude pruning by matrix takes about the same share of every head: 55 to 65% at 60%.",
        "Gordon, Duh & Andrews 2020, section 6, Fig. 4",
        test,
        "study",
    )
)
