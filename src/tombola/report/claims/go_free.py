"""Gordon et al. 2020: a third of the weights can go before or after fine-tuning at no cost."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import above, both, by_task, margin, most
from tombola.report.conditions import AFTER, DENSE, KEPT, condition_pairs, within
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen

LEAST, MOST = 0.3, 0.4


def test(tables: Tables) -> Finding:
    """Pruned less dense lies above minus the margin at 30 to 40%, on most tasks."""
    rows = within(chosen(condition_pairs(tables), to_condition=DENSE), LEAST, MOST)

    def half(condition: str) -> Finding:
        parts = by_task(chosen(rows, of_condition=condition), lambda row: above(-margin(row)))
        none = f"no paired differences to dense at {LEAST:.0%} to {MOST:.0%} sparsity"
        return most(parts, "pruned less dense", none)

    return both({"pruned in pre-training": half(KEPT), "after fine-tuning": half(AFTER)})


CLAIMS.add(
    Claim(
        "go-free",
        "30 to 40% of the weights can go, in pre-training or after fine-tuning, and no task "
        "suffers.",
        "Gordon, Duh & Andrews 2020, sections 4 and 5, Fig. 1 and Table 1",
        test,
        "study",
    )
)
