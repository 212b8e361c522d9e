"""Tickets on other tasks than they were drawn on: a matrix of sources and targets."""

import pandas as pd

from tombola.report.reading import Tables
from tombola.statistics import Transfer, transfers

SOURCE = "source_task"


def matrix(tables: Tables) -> pd.DataFrame:
    """Mean score over seeds of each source's tickets on each target, at the highest sparsity.

    Columns `source`, `target`, `score`, `full` (the unpruned model's, NaN where there is none),
    `sparsity`, `seeds`, `n`. Tickets by lot, and those of controls, are left out. No rows where no
    ticket was tried on another task.
    """
    nothing = pd.DataFrame(columns=["source", "target", "score", "full", "sparsity", "seeds", "n"])
    if not {"models", "scores"} <= set(tables) or SOURCE not in tables["models"]:
        return nothing
    models = tables["models"]
    both = tables["scores"].merge(models.drop(columns=["task", "signature"]), on="model")
    tickets = both[(both[SOURCE] != "") & (both["criterion"] != "random") & (both["sparsity"] > 0)]
    if tickets.empty:
        return nothing
    if "choose" in tickets:
        tickets = tickets[tickets["choose"] == ""]
    top = tickets["sparsity"].max()
    tickets = tickets[tickets["sparsity"] >= top - 0.005]
    full = both[(both["sparsity"] == 0) & (both[SOURCE] == "")].groupby("task")["score"].mean()
    found = tickets.groupby([SOURCE, "task"], sort=False).agg(
        score=("score", "mean"), sparsity=("sparsity", "mean"), seeds=("seed", "nunique"),
        n=("n", "max"),
    ).reset_index()  # fmt: skip
    found = found.rename(columns={SOURCE: "source", "task": "target"})
    return found.assign(full=found["target"].map(full))


def counted(found: pd.DataFrame) -> list[Transfer]:
    """How many targets each source serves, as well as their own tickets, or the full model."""
    rows = found[["source", "target", "score"]].itertuples(index=False, name=None)
    scores = {(str(s), str(t)): float(score) for s, t, score in rows}
    whole = found[found["full"].notna()].drop_duplicates("target")
    return transfers(scores, dict(zip(whole["target"], whole["full"], strict=True)))
