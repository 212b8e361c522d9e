"""Gordon et al. 2020: from 70% on, room matters too, and does not bring everything back."""

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import Part, above, below, both, by_task, either, most
from tombola.report.conditions import (
    DENSE,
    KEPT,
    RELEASED,
    condition_pairs,
    conditions,
    within,
)
from tombola.report.losses import last_losses
from tombola.report.reading import Tables
from tombola.report.subnetworks import chosen
from tombola.report.words import count, number

AS_LOW = 0.05
"""Nats by which a training loss may lie above another and count as no higher."""


def test(tables: Tables) -> Finding:
    """From 70% on released less kept is above 0, and released less dense below; where losses were
    written down, released learn their training examples as well as dense ones do.
    """
    rows = within(chosen(condition_pairs(tables), of_condition=RELEASED), 0.7, 1.0)
    none = "no paired differences of released models from 70% sparsity on"
    gain = by_task(chosen(rows, to_condition=KEPT), lambda row: above())
    short = by_task(chosen(rows, to_condition=DENSE), lambda row: below())
    halves = {
        "released beat kept": most(gain, "released less kept", none),
        "and fall short of dense": most(short, "released less dense", none),
    }
    if "training-losses" in tables:
        halves["though their training loss is as low"] = most(
            _learned(tables), "training loss released less dense", "no training losses of both"
        )
    return both(halves)


def _learned(tables: Tables) -> list[Part]:
    """How well released models learn what they are trained on, beside dense ones, by task."""
    models = conditions(tables).merge(last_losses(tables), on="model")
    dense = models[models["condition"] == DENSE].groupby("task")["loss"].min()
    released = within(models[models["condition"] == RELEASED], 0.7, 1.0, "cut")
    parts = []
    for task, rows in released.groupby("task", sort=False):
        if task in dense.index:
            best = rows.groupby("cut")["loss"].min()  # of a grid of learning rates, as of dense
            gap = float(best.mean() - dense[task])
            cuts = count(len(best), "sparsity", "sparsities")
            text = f"{number(gap, 3)} (mean over {cuts}, no interval)"
            parts.append(Part(str(task), either(gap <= AS_LOW, gap > AS_LOW), text))
    return parts


CLAIMS.add(
    Claim(
        "go-complexity",
        "From 70% sparsity on, models whose zeros may grow back regain a part, and never all.",
        "Gordon, Duh & Andrews 2020, section 4.3, Fig. 1 and Table 1",
        test,
        "study",
    )
)
