"""Gordon et al. 2020: from 40 to 60%, what is lost is what the pruned weights knew."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import between, by_task, margin, most
from tombola.report.conditions import KEPT, RELEASED, condition_pairs, within
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen


def test(tables: Tables) -> Finding:
    """Released less kept lies within the margin at 40 to 60%, on most tasks."""
    rows = chosen(condition_pairs(tables), of_condition=RELEASED, to_condition=KEPT)
    parts = by_task(within(rows, 0.4, 0.6), lambda row: between(-margin(row), margin(row)))
    return most(parts, "released less kept", "no paired differences of released to kept models")


CLAIMS.add(
    Claim(
        "go-information",
        "At 40 to 60% sparsity models whose zeros may grow back do no better than those whose "
        "zeros stay: what was deleted is missed, not the room.",
        "Gordon, Duh & Andrews 2020, section 4.2, Fig. 1",
        test,
        "study",
    )
)
