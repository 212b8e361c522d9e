"""The step `stability`: what its table says is what the tickets' masks say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small

from tombola import masks, tables
from tombola.errors import UserError
from tombola.report import PARTS, Tables
from tombola.statistics import Patterns, agreements
from tombola.study.library import Library
from tombola.study.plan import plan


def raw(folder: Path, seeds: list[int]) -> dict[str, Any]:
    value = small.raw(small.cola_folder(folder / "text"))
    value["seeds"] = seeds
    value["steps"] = {
        "dense": value["steps"]["dense"],
        "tickets": {**value["steps"]["tickets"], "rewind": {"weights": "start"}},
        "stable": {"do": "stability", "of": "tickets"},
    }
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stability")
    return small.ran(raw(folder, [1, 2, 3]), folder / "out")


def test_a_row_for_every_statistic_of_every_three_masks(done: Path) -> None:
    found = tables.read(done / "tables", "stability")
    models = tables.read(done / "tables", "models")
    assert len(found) == 4 * 2 * 2
    for (criterion, round_), rows in found.groupby(["criterion", "round"]):
        at = (models["criterion"] == criterion) & (models["round"] == int(str(round_)))
        read = [
            masks.load(done / "stages" / name / "model" / "mask.safetensors")
            for name in models[at].sort_values("seed")["model"]
        ]
        entries = np.stack([np.concatenate([m[name].numpy().ravel() for name in m]) for m in read])
        by = {a.statistic.name: a for a in agreements(Patterns.of(entries))}
        assert set(rows["statistic"]) == set(by)
        for row in rows.itertuples():
            a = by[str(row.statistic)]
            for key in ("value", "low", "high", "null_mean", "null_low", "null_high", "p"):
                assert getattr(row, key) == pytest.approx(getattr(a, key), nan_ok=True)
            assert (row.raters, row.n) == (3, entries.shape[1])
            assert row.survivors_in_all == entries.all(axis=0).sum()
            assert row.smallest == row.largest == entries.sum(axis=1)[0]
            assert "null:shuffled" in str(row.signature)


def test_masks_of_unlike_beginnings_agree_no_more_than_shuffled_ones(done: Path) -> None:
    """Each seed has begun with other weights, so neither lot nor magnitude finds the same ones."""
    found = tables.read(done / "tables", "stability").set_index("statistic")
    for name in ("fleiss-kappa", "krippendorff-alpha", "kept-by-all"):
        assert (found.loc[name, "low"] < found.loc[name, "null_high"]).all()


def test_the_report_says_what_is_tested(done: Path) -> None:
    said = PARTS["stability"].say(Tables.read(done))
    assert len(said) == 2 + 1  # a sentence each for magnitude and random, one on what Q tests
    assert "Fleiss' kappa" in said[0]
    assert "shuffled" in said[0]
    assert "survive in all 3" in said[0]
    assert "nothing else" in said[-1]


def test_one_mask_is_refused(tmp_path: Path) -> None:
    recipe = small.of(raw(tmp_path, [1]))
    with pytest.raises(UserError, match="two masks can agree"):
        plan(recipe, Library(recipe))
