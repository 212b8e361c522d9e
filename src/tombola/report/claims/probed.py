"""What claims about probes share: trends of tasks over sparsity, of tickets by magnitude."""

from collections.abc import Callable, Sequence

import pandas as pd

from tombola.report.claims.claim import Finding, silent
from tombola.report.claims.verdicts import Part, Rule, interval, most
from tombola.report.probing import MARGIN, MIX, PROBE, cells_of, lines_of
from tombola.report.reading import Tables
from tombola.report.tickets import with_kind
from tombola.report.words import pretty

LINEAR, WIDE = "linear", "MLP"
NONE = "no trends of probes for these tasks over tickets by magnitude"


def trends(tables: Tables, by: str, which: str = "best") -> pd.DataFrame:
    """Trends by probes without a penalty: linear ones, or all that have a hidden layer."""
    if "probe-trends" not in tables:
        return pd.DataFrame()
    rows = lines_of(tables)
    rows = rows[(rows["criterion"] == "magnitude") & (rows["which"] == which)]
    rows = rows[(rows["penalty"] == 0) & rows["low"].notna()]
    return rows[rows["hidden"] > 0] if by == WIDE else rows[rows["hidden"] == 0]


def of_tasks(
    tables: Tables, by: str, tasks: Sequence[str], rule: Callable[[pd.Series], Rule]
) -> Finding:
    """What holds on most of these word tasks, by the change of the best layer's score."""
    rows = trends(tables, by)
    rows = rows[rows["word_task"].isin(tasks)] if len(rows) else rows
    several = len(rows) > 0 and rows["by"].nunique() > 1
    parts = [
        Part(
            pretty(str(row["asked"])) + (f", {row['by']}" if several else ""),
            rule(row)(float(row["low"]), float(row["high"])),
            interval(float(row["change"]), float(row["low"]), float(row["high"])),
            int(row["n"]),
            int(row["seeds"]),
        )
        for _, row in rows.iterrows()
    ]
    return most(parts, "change with sparsity", NONE)


def margin(row: pd.Series) -> float:
    """What the step that compared takes for no change."""
    named = float(row["margin"])
    return named if named == named else MARGIN


def in_deviations(tables: Tables, group: str) -> pd.DataFrame:
    """Changes with sparsity of the tasks of a group, by linear probes, layer by layer.

    Each as a z-score changes: in deviations of the task's scores over layers and models. A row for
    each task, a column for each layer; without the embedding output.
    """
    rows = trends(tables, LINEAR, "layer")
    if rows.empty or "probes" not in tables:
        return pd.DataFrame()
    rows = rows[(rows["group"] == group) & (rows["layer"] > 0)]
    cells = cells_of(with_kind(tables.joined("probes")))
    cells = cells[(cells["layer"] > 0) & (cells["layer"] != MIX)]
    spread = cells.groupby(PROBE)["mean"].std(ddof=0).rename("deviation").reset_index()
    both = rows.merge(spread[spread["deviation"] > 0], on=PROBE)
    both = both.assign(z=both["change"] / both["deviation"])
    return both.pivot_table(index=["asked", "stack", "rewind"], columns="layer", values="z")


def enough(table: pd.DataFrame, group: str) -> Finding | None:
    """Silence where there are too few tasks for an interval over them."""
    if len(table) < 3 or table.shape[1] < 2:
        return silent(f"trends of {len(table)} tasks of {group}, layer by layer: three are needed")
    return None
