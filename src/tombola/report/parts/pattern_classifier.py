"""What the classifier of attention patterns is worth."""

import pandas as pd

from tombola.report.parts.attention_patterns import WEIGHTINGS
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.words import clip, count, number

ALL = "all"
WHOSE = {"synthetic": "made up", "labelled": "labelled by a person"}


def say(tables: Tables) -> list[str]:
    """F1 of each classifier: the mean over patterns with its interval, then each pattern's."""
    rows = tables["pattern-classifier"]
    scores = ["weighting", "maps", "trained_on", "pattern", "f1", "low", "high", "n"]
    rows = rows[scores].drop_duplicates()
    groups = rows.groupby(["weighting", "maps", "trained_on"], sort=False)
    return [_classifier(str(w), str(m), own) for (w, m, _), own in groups]


def _classifier(weighting: str, maps: str, rows: pd.DataFrame) -> str:
    mean = rows[rows["pattern"] == ALL].iloc[:1]
    each = [
        f"{clip(str(row['pattern']))} {number(float(row['f1']), 2)}"
        for _, row in rows[rows["pattern"] != ALL].iterrows()
    ]
    overall = [
        f"mean F1 {number(float(row['f1']), 3)} (95% interval {number(float(row['low']), 3)} to "
        f"{number(float(row['high']), 3)}; by chance 0.200) on {count(int(row['n']), 'map')} "
        "held out"
        for _, row in mean.iterrows()
    ]
    of = WEIGHTINGS.get(weighting, clip(weighting))
    return (
        f"For maps of {of}, trained on {int(rows['trained_on'].iloc[0]):,} that are "
        f"{WHOSE.get(maps, clip(maps))}: {', '.join([*overall, *each])}."
    )


PARTS.add(Part(
    name="pattern-classifier",
    title="What tells patterns apart",
    place=35,
    columns={
        "weighting": "text", "maps": "text", "trained_on": "number", "pattern": "text",
        "f1": "number", "low": "number", "high": "number", "n": "number",
    },
    say=say,
))  # fmt: skip
