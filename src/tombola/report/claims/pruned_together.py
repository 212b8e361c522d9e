"""Prasanna et al. 2020: heads and MLPs pruned together go further than either alone."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.sizes import paired_by_seed
from tombola.report.claims.verdicts import above, both, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, STRUCTURED, chosen, subnetworks


def test(tables: Tables) -> Finding:
    """Pruned share, together less the better of both alone; heads kept, together less alone."""
    models = chosen(subnetworks(tables), state=PRUNED, method=STRUCTURED, choose=GOOD, folded=False)
    # What pruning left, not copies of it that were drawn to be compared.
    pruning = tables["stages"] if "stages" in tables else pd.DataFrame(columns=["kind", "stage"])
    loops = pruning.loc[pruning["kind"] == "prune-parts", "stage"]
    models = models[models["model"].isin(loops)]
    together, alone = chosen(models, what="joint"), chosen(models, what=("heads", "mlps"))

    def size(rows: pd.DataFrame) -> pd.Series:
        return rows["sparsity_model"]

    further = [
        paired_by_seed(together, chosen(alone, what=what), size, above())
        for what in ("heads", "mlps")
    ]
    none = "no two seeds of a task were pruned together and apart"
    what = "pruned share of the whole model, together less {} alone,"
    heads = _heads(tables)

    def kept(rows: pd.DataFrame) -> pd.Series:
        return rows["model"].map(heads)

    more = paired_by_seed(together, chosen(alone, what="heads"), kept, above())
    return both({
        "smaller than heads alone": most(further[0], what.format("heads"), none),
        "smaller than MLPs alone": most(further[1], what.format("MLPs"), none),
        "more heads than heads alone": most(more, "heads kept, together less alone,", none),
    })  # fmt: skip


def _heads(tables: Tables) -> dict[str, float]:
    """Heads that the last mask kept which held, by model."""
    if "prunings" not in tables or "heads" not in tables["prunings"]:
        return {}
    rows = tables["prunings"]
    last = rows[rows["kept"]].groupby("model")["heads"].last()
    return {str(name): float(value) for name, value in last.items()}


CLAIMS.add(
    Claim(
        "pr-joint",
        "Heads and MLPs pruned together leave a smaller network than either alone, and more heads "
        "than heads alone, on most tasks.",
        "Prasanna et al. 2020, section 4.1 and appendix B",
        test,
        "study",
    )
)
