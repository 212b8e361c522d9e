"""Gordon et al. 2020: from 70% on, room matters too, and does not bring everything back."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import above, below, both, by_task, most
from tombola.report.conditions import DENSE, KEPT, RELEASED, condition_pairs, within
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen


def test(tables: Tables) -> Finding:
    """From 70% on released less kept is above 0, and released less dense below."""
    rows = within(chosen(condition_pairs(tables), of_condition=RELEASED), 0.7, 1.0)
    none = "no paired differences of released models from 70% sparsity on"
    gain = by_task(chosen(rows, to_condition=KEPT), lambda row: above())
    short = by_task(chosen(rows, to_condition=DENSE), lambda row: below())
    return both({
        "released beat kept": most(gain, "released less kept", none),
        "and fall short of dense": most(short, "released less dense", none),
    })  # fmt: skip


CLAIMS.add(
    Claim(
        "go-complexity",
        "From 70% sparsity on, models whose zeros may grow back regain a part, and never all.",
        "Gordon, Duh & Andrews 2020, section 4.3, Fig. 1 and Table 1",
        test,
        "study",
    )
)
