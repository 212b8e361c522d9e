"""What claims about attention patterns share: a row for each head, all of one network state."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from tombola.report.reading import Tables
from tombola.report.subnetworks import GOOD, PRUNED, STRUCTURED, chosen, dense, subnetworks
from tombola.statistics import clustered_interval

TABLE = "attention-patterns"
HEAD = ["stack", "layer", "block", "head"]
SHARE = "share "
"""Begins the column of a pattern."""
SEED = 0
"""Of the bootstrap; another one moves its ends by some hundredths of their distance."""


def tuned(tables: Tables, weighting: str) -> pd.DataFrame:
    """Shares of patterns of every head of the fine-tuned models, the mean over seeds.

    Columns: `task`, those that name a head, and `share PATTERN` for each. The models are those that
    subnetworks were drawn from, unpruned; so survivors and other heads are of one network state.
    """
    models = dense(subnetworks(tables))
    if TABLE not in tables or models.empty:
        return pd.DataFrame()
    rows = tables[TABLE].merge(models[["model", "task"]], on="model")
    return _wide(rows[rows["weighting"] == weighting], ["task", *HEAD])


def pre_trained(tables: Tables, weighting: str) -> pd.DataFrame:
    """The same of models as they were before any pruning or fine-tuning, by the text they read.

    Such a model is one that nothing was pruned from: it was loaded, or trained on something else.
    """
    models = subnetworks(tables)
    if TABLE not in tables or models.empty:
        return pd.DataFrame()
    rows = tables[TABLE]
    others = models[~models["state"].eq("full") | models["model"].isin(dense(models)["model"])]
    rows = rows[~rows["model"].isin(others["model"])]
    return _wide(rows[rows["weighting"] == weighting], HEAD)


def survivors(tables: Tables) -> pd.DataFrame:
    """Whether each head survives in all seeds of a task: columns `task`, the head's, `survives`."""
    models = chosen(
        subnetworks(tables), state=PRUNED, method=STRUCTURED, choose=GOOD, folded=False,
        what="joint",
    )  # fmt: skip
    if "survival" not in tables or models.empty:
        return pd.DataFrame(columns=["task", *HEAD, "survives"])
    rows = tables["survival"].merge(models[["model", "task"]], on="model")
    rows = rows[rows["head"] >= 0]
    shares = rows.groupby(["task", *HEAD], sort=False)["share"].min()
    return (shares == 1).rename("survives").reset_index()


def clusters(rows: pd.DataFrame) -> Int[np.ndarray, " rows"]:
    """The number of each row's head: the same head of several tasks is one."""
    return rows.groupby(HEAD, sort=False).ngroup().to_numpy()


def resampled(
    rows: pd.DataFrame, value: Callable[[Float[np.ndarray, " rows"]], float]
) -> tuple[float, float, float]:
    """A value of weights of rows, and its interval over heads."""
    of = clusters(rows)
    n = int(of.max()) + 1
    low, high = clustered_interval(n, lambda weights: value(weights[of]), SEED)
    return value(np.ones(len(rows))), low, high


def _wide(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame()
    means = rows[rows["share"].notna()].groupby([*by, "pattern"], sort=False)["share"].mean()
    # A pattern and a column that names a head are both called block.
    return means.unstack("pattern").add_prefix(SHARE).reset_index().rename_axis(columns=None)
