"""Movva & Zhao 2020: the decoder's attention to the encoder varies most across layers."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.layerwise import (
    ATTENTION,
    WITHIN,
    apart,
    nearest,
    of_tickets,
    over_seeds,
)
from tombola.report.claims.verdicts import above, below, both
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE


def test(tables: Tables) -> Finding:
    """Least alike across layers; more so with sparsity; the first half apart from the last."""
    rows = of_tickets(tables, "similarity", measures=ATTENTION, maps=WITHIN)
    rows = apart(rows) if len(rows) else rows
    if rows.empty or "cross" not in set(rows["stack"]):
        return silent("no similarity of layers of cross-attention")
    cross = rows[rows["stack"] == "cross"]
    both_models = pd.concat([cross[cross["criterion"] == DENSE], nearest(cross)])
    return both({
        "it varies most": over_seeds(
            rows, _less_others, below(), "mean of two layers, cross less the lower self-attention,"
        ),
        "its layers grow alike": over_seeds(
            both_models, _ticket_less_dense, above(), "mean of two layers, ticket less dense,"
        ),
        "the first half differs from the last": over_seeds(
            cross, _halves, below(), "layers of different halves less those of one half"
        ),
    })  # fmt: skip


def _less_others(rows: pd.DataFrame) -> float:
    means = rows.groupby("stack")["value"].mean()
    return float(means["cross"] - means.drop("cross").min()) if len(means) > 1 else float("nan")


def _ticket_less_dense(rows: pd.DataFrame) -> float:
    means = rows.groupby(rows["criterion"] == DENSE)["value"].mean()
    return float(means.get(False, float("nan")) - means.get(True, float("nan")))


def _halves(rows: pd.DataFrame) -> float:
    half = rows["dense_layer"].max() / 2
    same = (rows["dense_layer"] <= half) == (rows["sparse_layer"] <= half)
    if same.all() or not same.any():
        return float("nan")
    return float(rows.loc[~same, "value"].mean() - rows.loc[same, "value"].mean())


CLAIMS.add(
    Claim(
        "mz-cross-varies",
        "Attention to the encoder varies most across layers, which grow more alike with "
        "sparsity; early layers differ from late ones.",
        "Movva & Zhao 2020, section 5.4.2 and Fig. A8",
        test,
    )
)
