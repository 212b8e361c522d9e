"""Prasanna et al. 2020: random heads and MLPs do about as well as good ones; weights do not."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import above, below, both, by_task, margin, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, RANDOM, RETRAINED, STRUCTURED, WEIGHTS, chosen, pairs


def test(tables: Tables) -> Finding:
    """Good less random, retrained: below the margin for heads and MLPs, above 0 for weights."""
    rows = chosen(
        pairs(tables), of_state=RETRAINED, of_choose=GOOD, of_folded=False, of_redrawn=False,
        to_state=RETRAINED, to_choose=RANDOM, to_folded=False, to_redrawn=False,
    )  # fmt: skip
    what, none = "good less random", "no paired differences of good subnetworks to random ones"
    structured = by_task(chosen(rows, of_method=STRUCTURED), lambda row: below(margin(row)))
    weights = by_task(chosen(rows, of_method=WEIGHTS), lambda row: above())
    return both({
        "heads and MLPs": most(structured, what, none), "by magnitude": most(weights, what, none),
    })  # fmt: skip


CLAIMS.add(
    Claim(
        "pr-random-s",
        "Random heads and MLPs, retrained, do about as well as good ones; random weights do worse "
        "than those that magnitude pruning leaves.",
        "Prasanna et al. 2020, section 4.2 and Fig. 2",
        test,
        "study",
    )
)
