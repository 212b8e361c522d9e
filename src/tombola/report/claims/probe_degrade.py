"""Movva & Zhao 2020: prepositions and coreference degrade, whatever probe is asked."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.probed import LINEAR, WIDE, of_tasks
from tombola.report.claims.verdicts import below, both
from tombola.report.reading import Tables

TASKS = ("ps-function", "ps-role", "coreference")


def test(tables: Tables) -> Finding:
    """The change of the best layer's score with sparsity is below 0 for most of them."""
    return both({by: of_tasks(tables, by, TASKS, lambda row: below()) for by in (LINEAR, WIDE)})


CLAIMS.add(
    Claim(
        "mz-degrade",
        "Function and role of prepositions and coreference degrade with sparsity, by linear probes "
        "and by wider ones.",
        "Movva & Zhao 2020, sections 4.2 and 4.3, Tables A2 and A3",
        test,
    )
)
