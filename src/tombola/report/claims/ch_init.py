"""Chen et al. 2020: neither another mask nor other weights do as well."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import above, both, by_task, most
from tombola.report.conditions import CONTROL, KEPT, PRUNING, RANDOM, condition_pairs
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen

TICKETS = (KEPT, PRUNING)


def test(tables: Tables) -> Finding:
    """Tickets less each control lie above 0, on most tasks."""
    rows = chosen(condition_pairs(tables), of_condition=TICKETS)

    def half(**which: object) -> Finding:
        parts = by_task(chosen(rows, **which), lambda row: above())
        return most(parts, "ticket less control", "no paired differences")

    return both({
        "random masks": half(to_condition=RANDOM),
        "weights drawn anew": half(to_condition=CONTROL, to_control="re-initialised"),
        "layers shuffled": half(to_condition=CONTROL, to_control="layer-shuffled"),
    })  # fmt: skip


CLAIMS.add(
    Claim(
        "ch-init",
        "Random masks, weights drawn anew and shuffled layers do worse than the ticket.",
        "Chen et al. 2020, Table 2",
        test,
        "study",
    )
)
