"""Movva & Zhao 2020: early layers of tickets are nearer to final ones than dense's are."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.layerwise import (
    BETWEEN,
    CKA,
    MAGNITUDE,
    WITHIN,
    nearest,
    of_tickets,
    over_seeds,
)
from tombola.report.claims.verdicts import above, both
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE


def test(tables: Tables) -> Finding:
    """Similarity of early layers to the final one, of tickets less dense, is above 0.

    To the ticket's own final layer, and to the dense one's; early are those of the first half.
    """
    own = of_tickets(tables, "similarity", measures=CKA, maps=WITHIN)
    across = of_tickets(tables, "similarity", measures=CKA, maps=BETWEEN)
    if own.empty:
        return both({"to its own final layer": over_seeds(own, _own, above(), _what("its own"))})
    dense = own[own["criterion"] == DENSE]
    tickets = nearest(own)
    halves = {
        "to its own final layer": over_seeds(
            pd.concat([dense, tickets]), _own, above(), _what("its own")
        ),
    }
    if len(across):
        held = nearest(across)
        halves["to the final layer of dense"] = over_seeds(
            pd.concat([dense, held]), _dense_s, above(), _what("dense's")
        )
    return both(halves)


def _what(whose: str) -> str:
    return f"similarity of early layers to {whose} final one, ticket less dense,"


def _own(rows: pd.DataFrame) -> float:
    is_dense = rows["criterion"] == DENSE
    return _early(rows[~is_dense], "sparse_layer", "dense_layer") - _early(
        rows[is_dense], "sparse_layer", "dense_layer"
    )


def _dense_s(rows: pd.DataFrame) -> float:
    is_dense = rows["criterion"] == DENSE
    return _early(rows[rows["criterion"] == MAGNITUDE], "sparse_layer", "dense_layer") - _early(
        rows[is_dense], "sparse_layer", "dense_layer"
    )


def _early(rows: pd.DataFrame, early: str, final: str) -> float:
    """Mean over stacks and the layers of their first halves."""
    means = []
    for _, own in rows.groupby("stack"):
        last = own[final].max()
        first_half = own[(own[final] == last) & (own[early] <= last / 2)]
        means.append(first_half["value"].mean())
    return float(pd.Series(means).mean())


CLAIMS.add(
    Claim(
        "mz-early-final",
        "Early layers of tickets are nearer to final ones, their own or dense's, than early "
        "dense layers.",
        "Movva & Zhao 2020, section 5.2 and Figs 5 and A6",
        test,
    )
)
