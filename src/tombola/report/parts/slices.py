"""Slices of the dev split: where a headline score hides what was lost."""

import pandas as pd

from tombola.report.parts.differences import against_in_words, signed
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import AS_LONG, CONTROL, kinds, named, with_kind
from tombola.report.words import clip, count, decimals, listed, percent, pretty

ALL = "all"
"""The slice that is the whole split."""


def held(tables: Tables) -> pd.DataFrame:
    """The rows that are held to another model, with their kind of ticket."""
    rows = tables.joined("slices")
    return with_kind(rows[rows["difference"].notna()])


def say(tables: Tables) -> list[str]:
    """For each kind of ticket at its last round the slice that lost most, of each way to cut."""
    said = []
    for which in tables.groups("slices", ("experiment", "task", "metric", "against")):
        rows = held(tables.where(**which))
        found = [k for k in kinds(rows) if k.criterion not in (CONTROL, AS_LONG)] or kinds(rows)
        for kind in found:
            of = rows[rows["kind"] == kind.name]
            said.append(_say_of(of[of["round"] == of["round"].max()], kind.name))
    return said


def _say_of(rows: pd.DataFrame, kind: str) -> str:
    places = decimals([*rows["difference_low"], *rows["difference_high"]])
    parts = rows[rows["by"] != ALL]
    worst = [
        f"{clip(str(by))}: {_measured(group.sort_values('difference').iloc[0], places)}"
        for by, group in parts.groupby("by", sort=False)
    ]
    whole = rows[rows["by"] == ALL]
    of_all = f" (whole split {_measured(whole.iloc[0], places, False)})" if len(whole) else ""
    clear = int(parts["verdict"].isin(["above", "below"]).sum())
    return (
        f"{named(rows)}, {pretty(str(rows['metric'].iloc[0]))}, {clip(kind)} at "
        f"{percent(rows['at'].mean())} sparsity, less "
        f"{clip(against_in_words(str(rows['against'].iloc[0])))}{of_all}: lowest by "
        f"{'; by '.join(worst)}. {clear} of {count(len(parts), 'interval')} "
        f"{'is' if clear == 1 else 'are'} clear of zero; by chance about one in twenty is."
    )


def _measured(row: pd.Series, places: int, name: bool = True) -> str:
    ends = [signed(float(row[end]), places) for end in ("difference_low", "difference_high")]
    value = signed(float(row["difference"]), places)
    where = f"{clip(str(row['slice']))} " if name else ""
    return f"{where}{value} (95% interval {listed(ends)}, n = {int(row['n']):,})"


PARTS.add(Part(
    name="slices",
    title="What a headline score hides",
    place=17,
    columns={
        "experiment": "text", "against": "text", "task": "text", "criterion": "text",
        "rewind": "text", "round": "number", "sparsity": "number", "metric": "text", "by": "text",
        "slice": "text", "place": "number", "least": "number", "score": "number", "low": "number",
        "high": "number", "difference": "number", "difference_low": "number",
        "difference_high": "number", "seeds": "number", "n": "number", "verdict": "text",
        "signature": "text",
    },
    say=say,
))  # fmt: skip
