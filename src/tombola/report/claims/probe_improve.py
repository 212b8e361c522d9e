"""Movva & Zhao 2020: arcs are predicted better from sparser models by a linear probe alone."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.probed import LINEAR, WIDE, margin, of_tasks
from tombola.report.claims.verdicts import above, between, both
from tombola.report.reading import Tables

TASKS = ("syn-arc-prediction", "sem-arc-prediction")


def test(tables: Tables) -> Finding:
    """The change with sparsity is above 0 by linear probes, and within the margin by wider ones."""
    return both(
        {
            LINEAR: of_tasks(tables, LINEAR, TASKS, lambda row: above()),
            WIDE: of_tasks(tables, WIDE, TASKS, lambda row: between(-margin(row), margin(row))),
        }
    )


CLAIMS.add(
    Claim(
        "mz-improve",
        "Prediction of syntactic and semantic arcs improves with sparsity by a linear probe, and "
        "does not change by one with a hidden layer.",
        "Movva & Zhao 2020, sections 4.2 and 4.3, Tables A2 and A3",
        test,
    )
)
