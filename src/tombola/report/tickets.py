"""Which kinds of tickets a table holds, and in what order and words they are shown."""

from typing import NamedTuple

import pandas as pd

from tombola.report.one_form import AS_LONG, CONTROL, DENSE, NO_REWIND, UNPRUNED
from tombola.report.words import clip

KIND = ["kind", "variant", "criterion", "rewind"]
"""Columns that say which kind of ticket a row belongs to."""


class TicketKind(NamedTuple):
    """A kind of tickets: one line of a figure."""

    name: str
    variant: str
    """The name without the rewinding."""
    criterion: str
    rewind: str


def named(rows: pd.DataFrame) -> str:
    """The experiment that rows belong to, as it opens titles and sentences."""
    return clip(str(rows["experiment"].iloc[0]), 60)


def with_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `kind`: its variant, and the rewinding in words.

    The rewinding is named only where it differs: among the frame's tickets, or within a variant.
    """
    rewinds = pruned(frame)["rewind"]
    several = rewinds[rewinds != NO_REWIND].nunique() > 1
    within = frame.groupby("variant")["rewind"].transform("nunique") > 1
    is_ticket = ~frame["criterion"].isin([DENSE, UNPRUNED, AS_LONG])
    rewound = frame["rewind"] != NO_REWIND
    said = ", " + frame["rewind"].map(rewound_in_words).astype("string")
    named = within | (is_ticket & rewound & several)
    return frame.assign(kind=frame["variant"].astype("string") + said.where(named, ""))


def kinds(frame: pd.DataFrame) -> list[TicketKind]:
    """The kinds of tickets: magnitude first, controls last; dense is none of them."""
    found = frame.loc[frame["criterion"] != DENSE, KIND].drop_duplicates()
    return sorted(
        (TicketKind(*row) for row in found.itertuples(index=False, name=None)), key=_place
    )


def rewound_in_words(rewind: str) -> str:
    """What a column `rewind` says: `weights rewound`, or `learning-rate rewound to 0.5`."""
    if rewind == NO_REWIND:
        return "not rewound"
    what, _, to = rewind.partition(" ")
    return f"{what} rewound" + (f" to {to}" if to else "")


def at_home(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without tickets that were drawn on another task than they were scored on."""
    if "source_task" not in rows:
        return rows
    return rows[(rows["source_task"] == "") | (rows["source_task"] == rows["task"])]


def pruned(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of models that lost weights."""
    return frame[~frame["criterion"].isin([DENSE, UNPRUNED, AS_LONG])]


def _place(kind: TicketKind) -> tuple[int, str, str]:
    ranks = {"magnitude": 0, CONTROL: 2, AS_LONG: 3, UNPRUNED: 4}
    # Weight rewinding is the original protocol and stands before learning-rate rewinding.
    rewind = "" if kind.rewind.startswith("weights") else kind.rewind
    return ranks.get(kind.criterion, 1), kind.variant, rewind
