"""Chen et al. 2020: a later point of fine-tuning is no better to go back to."""

from collections.abc import Mapping

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import below, by_task, margin, most
from tombola.report.conditions import conditions
from tombola.report.reading import Tables
from tombola.report.subnetworks import StageRow, pairs, stages_of

NONE = "no paired differences of tickets rewound to fine-tuning to those rewound to its beginning"


def test(tables: Tables) -> Finding:
    """Tickets rewound to an early step less those rewound to the start lie below the margin."""
    rows = pairs(tables, _with_start, ("start_share", "condition"))
    if rows.empty:
        return most([], none=NONE)
    rows = rows[(rows["of_start_share"] > 0) & (rows["to_start_share"] == 0)]
    return most(by_task(rows, lambda row: below(margin(row))), "later less start", NONE)


def _with_start(tables: Tables) -> pd.DataFrame:
    """Models with the share of training that their weights went back to; NaN for none."""
    models = conditions(tables)
    if models.empty:
        return models
    stages = stages_of(tables)
    return models.assign(start_share=[_share(str(name), stages) for name in models["model"]])


def _share(name: str, stages: Mapping[str, StageRow]) -> float:
    stage = stages.get(name)
    rewind = {} if stage is None or stage.kind != "rounds" else stage.facts.get("rewind") or {}
    if rewind.get("what") != "weights":
        return float("nan")
    return float(rewind.get("to", 0.0))


CLAIMS.add(
    Claim(
        "ch-rewind",
        "Going back to weights early in fine-tuning brings nothing over the pre-trained weights.",
        "Chen et al. 2020 (from memory; not seen in a source)",
        test,
        "study",
    )
)
