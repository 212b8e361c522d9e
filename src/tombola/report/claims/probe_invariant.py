"""Movva & Zhao 2020: most knowledge of words does not change with sparsity."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.probed import LINEAR, margin, of_tasks
from tombola.report.claims.verdicts import between
from tombola.report.reading import Tables

TASKS = (
    "pos", "ccg", "parent", "grandparent", "great-grandparent", "chunk", "conjunct",
    "syn-arc-class", "sem-arc-class", "semtag",
)  # fmt: skip


def test(tables: Tables) -> Finding:
    """The interval of the change is within the margin: equivalence, not lack of significance."""
    return of_tasks(tables, LINEAR, TASKS, lambda row: between(-margin(row), margin(row)))


CLAIMS.add(
    Claim(
        "mz-invariant",
        "Part of speech, supertags, ancestors, chunks, conjuncts, kinds of arcs and semantic tags "
        "do not change with sparsity.",
        "Movva & Zhao 2020, section 4.2 and Fig. 1",
        test,
    )
)
