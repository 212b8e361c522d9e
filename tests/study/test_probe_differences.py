"""Probes of tickets held to those of dense models: differences and trends, by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small

from tombola import tables
from tombola.errors import UserError
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.tasks import METRICS

TRAINING = {"epochs": 2, "batch_sentences": 8, "hidden": [0, 8], "replicates": 2}


def noisy(folder: Path) -> Path:
    """Texts whose labels have little reason, so that every probe says something else."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    words = [word for phrase in small.SUBJECTS for word in phrase.split()]
    for split, n in (("train", 24), ("dev", 10), ("test", 14)):
        texts = [
            "\n".join(f"{word}\t{rng.choice(['c', 'i'])}" for word in rng.choice(words, 5))
            for _ in range(n)
        ]
        (folder / f"fce.{split}.tsv").write_text("\n\n".join(texts) + "\n")
    return folder


def raw(folder: Path) -> dict[str, Any]:
    """Two rounds of tickets in two seeds, probed as the dense models are."""
    value = small.raw(small.cola_folder(folder))
    value["seeds"] = [1, 2]
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": None}
    value["models"]["bert"]["new"]["initializer_range"] = 0.5  # so that what is pruned matters
    del value["steps"]["layers"], value["steps"]["held"]
    value["tasks"]["errors"] = {"name": "ged", "folder": str(noisy(folder / "fce")),
                                "format": "errors"}  # fmt: skip
    value["steps"] |= {
        "know-dense": {"do": "probe", "of": "dense", "probe": "errors", "training": TRAINING},
        "know": {"do": "probe", "of": "tickets", "probe": "errors", "training": TRAINING},
        "held": {"do": "probe-differences", "of": "know", "to": "know-dense", "margin": 0.02},
        "held-each": {"do": "probe-differences", "of": "know", "to": "know-dense",
                      "across": "round"},
    }  # fmt: skip
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished study."""
    folder = tmp_path_factory.mktemp("held")
    return small.ran(raw(folder / "text"), folder / "out")


def counts(done: Path, stage: str, layer: int) -> list[np.ndarray]:
    """What each text contributes to the linear probes of a layer, for each replicate."""
    (folder,) = (path for path in (done / "stages").iterdir() if path.name[:-13] == stage)
    rows = json.loads((folder / "rows.json").read_text())
    with np.load(folder / "counts.npz") as found:
        return [found[str(i)] for i, row in enumerate(rows)
                if (row["hidden"], row["layer"]) == (0, layer)]  # fmt: skip


def one(frame: pd.DataFrame, **which: Any) -> pd.Series:
    for column, value in which.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_with_one_seed_replicates_are_the_runs(done: Path):
    found = tables.read(done / "tables", "probe-differences")
    rows = found[(found["step"] == "held-each") & (found["by"] == "linear")]
    rows = rows[rows["model"].str.contains("s1-magnitude-none-r2")]
    row = one(rows, which="layer", layer=1)
    sides = [counts(done, stage, 1)
             for stage in ("know-toy-s1-magnitude-none-r2", "know-dense-toy-s1")]  # fmt: skip
    wanted = METRICS["f1"].difference(*sides)
    assert row["difference"] == pytest.approx(wanted.value)
    assert (row["low"], row["high"]) == pytest.approx((wanted.low, wanted.high))
    assert abs(row["difference"]) > 0
    assert (row["over"], row["seeds"], row["replicates"]) == ("runs and texts", 1, 2)
    assert np.isnan(row["margin"])


def test_with_several_seeds_these_are_the_runs_and_replicates_are_averaged(done: Path):
    found = tables.read(done / "tables", "probe-differences")
    probes = tables.read(done / "tables", "probes")
    models = tables.read(done / "tables", "models").set_index("model")
    probes = probes.join(models[["round", "seed", "sparsity"]], on="model")
    linear = probes[(probes["by"] == "linear") & (probes["layer"] == 1)]
    means = linear.groupby("round")["value"].mean()
    held = found[(found["step"] == "held") & (found["by"] == "linear")]
    for round_ in (1, 2):
        rows = held[held["model"].map(models["round"]) == round_]
        row = one(rows, which="layer", layer=1)
        assert row["difference"] == pytest.approx(means[round_] - means[0])
        assert row["low"] < row["difference"] < row["high"]
        assert (row["seeds"], row["replicates"], row["texts"]) == (2, 2, 14)
    assert set(held["which"]) == {"layer", "best", "best-as-published"}
    trend = one(
        tables.read(done / "tables", "probe-trends"),
        step="held", by="linear", which="layer", layer=1,
    )  # fmt: skip
    at = linear.groupby("round")["sparsity"].mean()
    slope = np.polyfit(at, means, 1)[0]
    assert trend["change"] == pytest.approx(slope * (at.max() - at.min()))
    assert (trend["models"], trend["least"], trend["margin"]) == (3, 0, 0.02)
    assert trend["most"] == pytest.approx(at.max())


def test_best_layers_are_each_models_own_and_probes_are_held_to_the_linear_one(done: Path):
    found = tables.read(done / "tables", "probe-differences")
    probes = tables.read(done / "tables", "probes")
    dense = probes[probes["model"].str.startswith("dense")]
    wider = found[(found["model"] == found["against"]) & (found["step"] == "held")]
    assert set(zip(wider["by"], wider["to_by"], strict=True)) == {("MLP 8", "linear")}
    assert wider["model"].nunique() == 3  # dense, too
    row = one(wider[wider["model"].str.startswith("dense")], which="best-as-published")
    means = dense[dense["layer"] >= 0].groupby(["by", "layer"])["value"].mean()
    assert row["difference"] == pytest.approx(means["MLP 8"].max() - means["linear"].max())
    assert (row["layer"], row["to_layer"]) == (means["MLP 8"].idxmax(), means["linear"].idxmax())


def test_what_is_no_probe_is_refused(tmp_path: Path):
    for change, said in (
        ({"to": "dense"}, "step held: to is a `probe` step"),
        ({"across": "rounds"}, "step held: across rounds: what it reads has no such axis"),
        ({"across": ["seed", "seed"]}, "seed is listed twice"),
    ):
        value = raw(tmp_path / str(len(said)))
        value["steps"]["held"] |= change
        recipe = small.of(value)
        with pytest.raises(UserError, match=said):
            plan(recipe, Library(recipe))
