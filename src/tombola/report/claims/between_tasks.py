"""What claims about overlaps of tasks share: every two tasks, beside what chance gives them."""

import json

import pandas as pd

from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, STRUCTURED, chosen, subnetworks

FAMILIES = {
    "one sentence": ("CoLA", "SST-2", "acceptability", "sentiment"),
    "paraphrase": ("MRPC", "QQP", "STS-B", "paraphrase", "similarity"),
    "inference": ("MNLI", "QNLI", "RTE", "WNLI", "inference"),
}
"""Tasks that are related, as GLUE groups them; those of the built-in language by the same word."""
BUILT_IN = "builtin-"


def task_pairs(tables: Tables, unit: str) -> pd.DataFrame:
    """What the good subnetworks of two tasks share, of heads or of MLPs.

    Columns: `a`, `b` (tasks), `seed`, `n`, `intersection`, `expected` (that of independent masks of
    these sizes) and `related`: whether both tasks are of one family; missing where it is not known
    of both. Pairs of which nothing is expected are left out.
    """
    nothing = pd.DataFrame(columns=["a", "b", "seed", "n", "intersection", "expected", "related"])
    models = chosen(subnetworks(tables), state=PRUNED, method=STRUCTURED, choose=GOOD, folded=False)
    if "overlap" not in tables or "unit" not in tables["overlap"] or models.empty:
        return nothing
    rows = chosen(tables["overlap"], axis="task", unit=unit)
    rows = rows[rows["a_model"].isin(models["model"]) & rows["b_model"].isin(models["model"])]
    rows = rows[rows["expected"] > 0]
    if rows.empty:
        return nothing
    families = _families(tables, models)
    one, other = (rows[side].map(families) for side in ("a", "b"))
    related = (one == other).astype("boolean").mask(one.isna() | other.isna())
    return rows.assign(related=related, seed=rows.get("seed", ""))


def _families(tables: Tables, models: pd.DataFrame) -> dict[str, str]:
    """The family of each task of the recipe, by what it reads."""
    of = {name: family for family, names in FAMILIES.items() for name in names}
    roots = dict(zip(models["root"], models["task"], strict=True))
    found = {}
    done = tables["stages"]
    for stage, facts in zip(done["stage"], done["facts"], strict=True):
        if stage in roots:
            name = str(json.loads(facts).get("task", {}).get("name", ""))
            family = of.get(name.removeprefix(BUILT_IN).split(":")[0])
            if family is not None:
                found[str(roots[stage])] = family
    return found


def ratio(rows: pd.DataFrame) -> float:
    """What is shared, over what is expected."""
    return float(rows["intersection"].sum() / rows["expected"].sum())
