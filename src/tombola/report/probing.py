"""Scores of probes as maps show them: over seeds, standardised, averaged over tasks, by trend."""

from typing import Literal

import pandas as pd

from tombola.report.means import over_seeds, with_chosen
from tombola.report.reading import Tables
from tombola.report.tickets import KIND
from tombola.statistics import verdict, z_scores

MIX = -1
"""The layer of a probe on a mix of all."""
TASK = ["asked", "word_task", "group", "metric"]
PROBE = [*TASK, "by", "stack"]
"""Columns of one task, asked by one kind of probe of one stack."""
POINT = [*KIND, "round"]
"""Columns of one model, whatever its seed."""
GROUPS = ("part of speech", "syntax", "semantics")
MARGIN = 0.015
"""A change of a score that is taken for none where a step names no margin. With it the published
scores fall into the sorts that their authors put them in."""
SORTS = {
    "below": "degrading",
    "within": "invariant",
    "above": "improving",
    "undecided": "undecided",
}
"""What a task is called whose score changes so with sparsity."""


def cells_of(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each task, kind of probe, layer and model: means over seeds and replicates.

    `rows` are of the table of probes, with kinds (`with_kind`). Random encoders and mixes of layers
    are no cells. Columns: those of `PROBE` and `POINT`, `layer`, those of `over_seeds`, `chosen`,
    by which the best layer is, and `z`: where the score stands among all layers and models of its
    task. The embedding output, which the published maps have not, counts for neither mean nor
    deviation.
    """
    rows = once(rows[rows["value"].notna() & ~rows["redrawn"] & (rows["layer"] != MIX)])
    if rows.empty:
        return pd.DataFrame(columns=[*PROBE, *POINT, "layer", "mean", "chosen", "z"])
    cells = with_chosen(over_seeds(rows, [*PROBE, *POINT, "layer"], "value"))
    return standardised(cells)


def once(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the probes that two steps trained alike: one for its scores, one for a code, say."""
    replicate = ["replicate"] if "replicate" in rows else []
    return rows.drop_duplicates(["experiment", "model", *PROBE, "layer", *replicate])


def standardised(cells: pd.DataFrame) -> pd.DataFrame:
    """With `z`: each task's scores over all layers but the embedding output, and all models."""
    z = pd.Series(float("nan"), cells.index)
    for _, task in cells.groupby(PROBE, dropna=False):
        among = (task["layer"] > 0).to_numpy()
        z[task.index] = z_scores(task["mean"].to_numpy(float), among)
    return cells.assign(z=z)


def best_of(cells: pd.DataFrame, by: Literal["dev", "as_published"] = "dev") -> pd.DataFrame:
    """The cell of each task's and model's best layer.

    By the score that decided when to stop, not by the one that is shown, which the published
    tables choose by: the highest of many numbers is too high.
    """
    score = "chosen" if by == "dev" else "mean"
    best = cells.groupby([*PROBE, *POINT], sort=False, dropna=False)[score].idxmax()
    return cells.loc[best]


def averaged(cells: pd.DataFrame) -> pd.DataFrame:
    """Mean z over the tasks of a group, for each layer and model; `tasks` says of how many."""
    known = cells[cells["group"].isin(GROUPS) & cells["z"].notna() & (cells["layer"] > 0)]
    by = ["group", "by", "stack", "layer", *POINT]
    found = known.groupby(by, sort=False, dropna=False).agg(
        z=("z", "mean"),
        tasks=("asked", "nunique"),
        at=("at", "mean"),
        sparsity=("sparsity", "mean"),
    )
    return found.reset_index()


def sort_of(low: float, high: float, margin: float = MARGIN) -> str:
    """What a task is: degrading, invariant, improving or undecided.

    By the interval of the change of its score with sparsity: invariant where that is within the
    margin (equivalence, not mere lack of significance).
    """
    return SORTS[verdict(low, high, margin)]


LINE = ["experiment", "variant", "rewind", "asked", "by", "stack", "which", "layer"]
"""Columns that tell one line over sparsity from another."""


def lines_of(tables: Tables) -> pd.DataFrame:
    """Changes of probes along sparsity, each line once: of several steps that through most models.

    A step may hold the sparsest tickets to what trained as long, beside one that holds all of them
    to dense: that is a difference, and stands among the differences.
    """
    rows = tables.joined("probe-trends")
    longest = rows.sort_values("models", ascending=False, kind="stable")
    return longest.drop_duplicates(LINE).sort_index()
