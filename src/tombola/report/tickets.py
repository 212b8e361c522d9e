"""Which kinds of tickets a table holds, and in what order and words they are shown."""

import pandas as pd

DENSE = "dense"
CONTROL = "random"
KIND = ["kind", "criterion", "rewinding"]
"""Columns that say which kind of ticket a row belongs to."""


def with_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `kind`: dense, or the criterion and the rewinding in words.

    The rewinding is named only where the frame has more than one.
    """
    tickets = frame["criterion"] != DENSE
    several = frame.loc[tickets, "rewinding"].nunique() > 1
    kind = frame["criterion"].astype("string")
    if several:
        kind = kind.where(~tickets, kind + ", " + frame["rewinding"] + " rewound")
    return frame.assign(kind=kind)


def kinds(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Kind, criterion and rewinding of the tickets: magnitude first, the random control last."""
    found = frame.loc[frame["criterion"] != DENSE, KIND].drop_duplicates()
    return sorted(found.itertuples(index=False, name=None), key=_place)


def _place(kind: tuple[str, str, str]) -> tuple[int, str, str]:
    _, criterion, rewinding = kind
    rank = {"magnitude": 0, CONTROL: 2}.get(criterion, 1)
    # Weight rewinding is the original protocol and stands before learning-rate rewinding.
    return rank, criterion, "" if rewinding == "weights" else rewinding
