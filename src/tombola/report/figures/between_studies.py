"""How much better or worse one study's models are than another's, on the same examples."""

from tombola.report.between import BETWEEN
from tombola.report.figures.base import Picture, enter
from tombola.report.figures.paired import compared
from tombola.report.one_form import DENSE, NO_REWIND, UNPRUNED
from tombola.report.parts.between_studies import told
from tombola.report.reading import Tables


@enter(
    "between-studies",
    table=BETWEEN.name,
    one_per=("task", "metric", "of"),
    caption="Score of one study's models less that of another's on the same examples, chain by "
    "chain at equal sparsity, with its 95% interval: over runs and examples, or over examples "
    "where there is one run of each. Filled: the interval is clear of zero. Hollow: it holds zero. "
    "Chains stand a little apart so that they can be seen.",
)
def between_studies(tables: Tables) -> Picture | None:
    """Difference by sparsity, a panel for each study that this one is held to."""
    rows = told(tables[BETWEEN.name])
    if rows.empty:
        return None
    return compared(rows.assign(
        experiment=rows["task"] + ", " + rows["of"], against=rows["to"], kind=rows["line"],
        variant=rows["line"], at=rows["sparsity"], margin=float("nan"), rewind=NO_REWIND,
        criterion=rows["criterion"].replace(DENSE, UNPRUNED),
    ))  # fmt: skip
