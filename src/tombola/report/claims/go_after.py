"""Gordon et al. 2020: knowing the task does not help to choose what goes."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, by_task, margin, most
from tombola.report.conditions import AFTER, KEPT, condition_pairs
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen


def test(tables: Tables) -> Finding:
    """Pruned after fine-tuning less pruned before lies below the margin, on most tasks."""
    rows = chosen(condition_pairs(tables), of_condition=AFTER, to_condition=KEPT)
    parts = by_task(rows, lambda row: below(margin(row)))
    none = "no paired differences of models pruned after fine-tuning to those pruned before"
    return most(parts, "after less before", none)


CLAIMS.add(
    Claim(
        "go-after",
        "Pruning after fine-tuning is no better than pruning before it.",
        "Gordon, Duh & Andrews 2020, section 5.1, Fig. 1",
        test,
        "study",
    )
)
