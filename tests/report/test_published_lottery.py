"""Prasanna, Rogers & Rumshisky (2020): their figures' numbers by the functions that ours are of."""

import numpy as np
import pandas as pd
import pytest

import realdata
from tombola.report.claims.verdicts import interval
from tombola.report.parts.pruned_parts import bars, histogram, left
from tombola.report.parts.survival import over_tasks

TOGETHER = {"head": "4.768", "mlp": "5.850"}
"""Masks of heads and MLPs pruned apart (3.658 and 5.117) were not published."""


@pytest.fixture(scope="module")
def bundle() -> dict[str, np.ndarray]:
    with np.load(realdata.published("prasanna_2020/masks.npz")) as found:
        return dict(found)


def survival(bundle: dict[str, np.ndarray], what: str) -> pd.DataFrame:
    """The published masks as rows of the table `survival`, with the task and seed of each."""
    masks = bundle[f"heads_mlps__{what}_mask"].reshape(9, 5, 12, -1)
    tasks, seeds, layers, heads = np.indices(masks.shape).reshape(4, -1)
    return pd.DataFrame({
        "task": bundle["heads_mlps__tasks"][tasks], "seed": bundle["seeds"][seeds],
        "stack": "encoder", "layer": layers, "block": "self" if what == "head" else "mlp",
        "head": heads if what == "head" else -1, "share": masks.ravel().astype(float),
    })  # fmt: skip


@pytest.mark.parametrize("what", ["head", "mlp"])
def test_figure_15_counts_tasks(bundle: dict[str, np.ndarray], what: str):
    """The mean of its cells, and every cell's mean and sd over seeds (n - 1)."""
    found = over_tasks(survival(bundle, what))
    assert f"{found['mean'].mean():.3f}" == TOGETHER[what]
    counts = bundle[f"heads_mlps__{what}_mask"].astype(int).sum(axis=0).reshape(5, -1)
    assert found["mean"].to_numpy() == pytest.approx(counts.mean(axis=0))
    assert found["sd"].to_numpy() == pytest.approx(counts.std(axis=0, ddof=1))
    assert set(found["tasks"]) == {9}


def test_figure_3_is_our_histogram(bundle: dict[str, np.ndarray]):
    """CoLA, seed 71, before anything goes: 14 heads go, the line is the lowest that stays."""
    task = [str(t) for t in bundle["unpruned__tasks"]].index("CoLA")
    scores = bundle["unpruned__head_importance"][task, bundle["seeds"].tolist().index(71)]
    layers, heads = np.indices(scores.shape).reshape(2, -1)
    rows = pd.DataFrame({
        "model": "m", "pruning": 0, "stack": "encoder", "layer": layers, "block": "self",
        "head": heads, "normed": scores.ravel().astype(float), "survives": True,
    })  # fmt: skip
    lowest = np.argsort(scores.ravel(), kind="stable")[:14]
    after = rows.assign(pruning=1, normed=np.nan)
    after.loc[lowest, "survives"] = False
    every = pd.concat([rows, after], ignore_index=True)
    found = histogram(left(every))
    bins = [13, 26, 13, 14, 14, 15, 9, 6, 8, 3, 2, 2, 6, 1, 3, 2, 3, 1, 1, 0, 0, 0, 0, 2]
    assert found["heads"].tolist() == bins
    (cut,) = bars(every)["bar"]
    assert cut == pytest.approx(0.047, abs=5e-4)


def test_intervals_read_as_they_are_meant():
    assert interval(0.25, 0.2, 0.3) == "0.250 (0.200 to 0.300)"
    assert interval(0.25, float("nan"), float("nan")) == "0.250 (no interval)"
