"""The step `subnetwork` over seeds: what survives in all is a ticket, and can be trained."""

from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import pytest
import small

from tombola import masks, tables
from tombola.errors import UserError
from tombola.report import report
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan


def raw(folder: Path, seeds: list[int]) -> dict[str, Any]:
    value = small.raw(small.cola_folder(folder / "text"))
    value["seeds"] = seeds
    value["steps"] = {
        "dense": value["steps"]["dense"],
        "tickets": {
            **value["steps"]["tickets"],
            "criterion": "magnitude",
            "rewind": {"weights": "start"},
            "rounds": 1,
        },
        "super": {"do": "subnetwork", "of": "tickets", "across": "seed"},
        "retrained": {
            "do": "train",
            "model": "bert",
            "mask": "super",
            "task": "toy",
            "training": {"steps": 2, "batch_size": 8},
        },
    }
    return value


def test_what_survives_in_all_is_a_ticket_and_is_trained_for_every_seed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run_study(small.of(raw(tmp_path, [1, 2])), out, engine="serial")
    assert outcome.failures == ()
    models = tables.read(out / "tables", "models").set_index("step")

    def read(name: str) -> masks.Mask:
        return masks.load(out / "stages" / name / "model" / "mask.safetensors")

    drawn = [read(name) for name in models.loc[["tickets"], "model"]]
    (found,) = models.loc[["super"], "model"]
    assert read(found) == reduce(and_, drawn)
    assert models.loc["super", "sparsity"] == read(found).sparsity > max(m.sparsity for m in drawn)
    assert models.loc["super", "root"] == models.loc["dense", "model"].iloc[0]
    retrained = models.loc["retrained"]
    assert list(retrained["seed"]) == [1, 2]
    assert set(retrained["mask"]) == {models.loc["super", "mask"]}
    assert report(out).stat().st_size > 10_000


def test_survivors_of_one_mask_are_refused(tmp_path: Path) -> None:
    recipe = small.of(raw(tmp_path, [1]))
    with pytest.raises(UserError, match="two masks or more"):
        plan(recipe, Library(recipe))
