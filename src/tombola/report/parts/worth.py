"""What a bit of pre-training is worth on each task."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.words import clip, count, number, pretty

COLUMNS = {
    "step": "text", "task": "text", "metric": "text", "loss": "text", "left_out": "text",
    "slope": "number", "low": "number", "high": "number", "per_bit": "number",
    "intercept": "number", "r2": "number", "n": "number", "signature": "text",
}  # fmt: skip


def lines_of(tables: Tables) -> pd.DataFrame:
    """The lines; no rows where there are none."""
    return tables["worth"] if "worth" in tables else pd.DataFrame(columns=[*COLUMNS])


def say(tables: Tables) -> list[str]:
    """Each line's slope with interval, and how far it moves when a point is left out."""
    lines, said = lines_of(tables), []
    by = ["step", "task", *([c for c in ("seed",) if c in lines])]
    for _, rows in lines.groupby(by, sort=False):
        whole, rest = rows[rows["left_out"] == ""], rows[rows["left_out"] != ""]
        if whole.empty or not whole["slope"].notna().all():
            continue
        row = whole.iloc[0]
        said.append(
            f"{clip(str(row['step']))}, {clip(str(row['task']))}: {pretty(str(row['metric']))} "
            f"changes by {number(float(row['slope']), 3)} for each unit of "
            f"{clip(pretty(str(row['loss'])))} (95% interval {number(float(row['low']), 3)} to "
            f"{number(float(row['high']), 3)}; {number(float(row['per_bit']), 3)} for each bit of "
            f"nats), r² = {number(float(row['r2']), 2)}, {count(int(row['n']), 'point')}; with one "
            f"point left out {number(float(rest['slope'].min()), 3)} to "
            f"{number(float(rest['slope'].max()), 3)}."
        )
    return said


PARTS.add(Part(name="worth", title="What a bit is worth", place=33, columns=COLUMNS, say=say))
