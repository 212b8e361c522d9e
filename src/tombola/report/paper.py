"""The compact table of a paper: score by sparsity, mean ± sd over seeds."""

from dataclasses import dataclass

import pandas as pd

from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, with_kind
from tombola.report.words import decimals, number, percent, pretty


@dataclass(frozen=True)
class PaperTable:
    """Numbers of a paper as text, row by row."""

    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: str
    """How LaTeX sets each column: `l`, `c` or `r`."""


def paper_tables(tables: Tables) -> list[PaperTable]:
    """A table for each experiment, task and metric, in the order of the scores."""
    if "scores" not in tables:
        return []
    groups = tables.groups("scores", ("experiment", "task", "metric"))
    return [_paper_table(tables.where(**which).joined("scores")) for which in groups]


def _paper_table(scores: pd.DataFrame) -> PaperTable:
    scores = with_kind(scores)
    places = decimals(scores["score"])
    columns = [kind.name for kind in kinds(scores)] or [DENSE]
    dense = scores[scores["kind"] == DENSE]
    # Every ticket was drawn from the same dense model: its score opens each column.
    rows = [("0.0% (dense)", "0.0%", *[mean_and_sd(dense["score"], places)] * len(columns))]
    for _, group in scores[scores["kind"] != DENSE].groupby("round"):
        cells = [mean_and_sd(group.loc[group["kind"] == kind, "score"], places) for kind in columns]
        # What prunes nothing stands in the row of the tickets it was trained as long as.
        tickets = group[group["sparsity"] > 0] if (group["sparsity"] > 0).any() else group
        sparsities = (percent(group["at"].mean()), percent(tickets["sparsity_model"].mean()))
        rows.append((*sparsities, *cells))
    rows = rows if len(dense) else rows[1:]
    seeds, n = scores["seed"].nunique(), int(scores["n"].max())
    note = f"Mean ± sample standard deviation over seeds (at most {seeds}); n = {n:,} examples."
    if scores["score"].isna().any():
        note += " † some seeds diverged and are left out."
    name, metric = str(scores["experiment"].iloc[0]), pretty(str(scores["metric"].iloc[0]))
    return PaperTable(
        f"{name}: {metric} by sparsity",
        note,
        ("sparsity, prunable", "sparsity, model", *columns),
        tuple(rows),
        "rr" + "c" * len(columns),
    )


def mean_and_sd(values: pd.Series, places: int) -> str:
    """Mean ± sample standard deviation (over n - 1); † where some are missing."""
    finite = values.dropna()
    mark = "†" if len(finite) < len(values) else ""
    if finite.empty:
        return f"–{mark}"
    mean = number(finite.mean(), places)
    # One seed has no spread to state.
    spread = f" ± {number(finite.std(ddof=1), places)}" if len(finite) > 1 else ""
    return mean + spread + mark
