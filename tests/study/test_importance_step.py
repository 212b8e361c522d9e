"""A step that scores heads and MLPs: its tables, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
from scipy import stats

import tombola
from tombola import tables
from tombola.errors import UserError
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan


def raw(folder: Path, **step: Any) -> dict[str, Any]:
    """The small study with two layers and a step of importance in place of what compares."""
    value = small.raw(small.cola_folder(folder))
    value["models"]["bert"]["new"]["num_hidden_layers"] = 2
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"weights": "start"}}
    del value["steps"]["layers"], value["steps"]["held"]
    value["steps"]["parts"] = {"do": "importance", "of": ["dense", "tickets"], **step}
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study: several scores on the same examples, and two protocols of one."""
    folder = tmp_path_factory.mktemp("importance")
    value = raw(folder / "text", score=["gate", "token", "activation", "magnitude"], examples=16)
    both = {"per": ["batch", "as_published"], "batch_size": 8, "norm": "none"}
    value["steps"]["published"] = {"do": "importance", "of": "dense", "score": "gate", **both}
    outcome = run_study(small.of(value), folder / "out", engine="serial")
    assert outcome.failures == ()
    assert outcome.done == 1 + 2 + 3 + 2
    return folder


def test_the_table_holds_every_part_of_every_model(done: Path):
    found = tables.read(done / "out" / "tables", "importance")
    parts = 2 * (2 + 1)
    assert found.groupby(["score", "per"]).size().to_dict() == {
        ("activation", "token"): 3 * parts,
        ("gate", "as_published"): parts,
        ("gate", "batch"): parts,
        ("gate", "example"): 3 * parts,
        ("magnitude", ""): 3 * parts,
        ("token", "token"): 3 * parts,
    }
    assert found.groupby("per")["n"].unique().map(list).to_dict() == {
        "": [0], "as_published": [3], "batch": [3], "example": [16], "token": [16],
    }  # fmt: skip
    assert set(found.loc[found["head"] == -1, "block"]) == {"mlp"}
    assert (found.query("per == 'batch'")["value"] == found.query("per == 'batch'")["normed"]).all()
    assert found["normed"].dropna().between(0, 1 + 1e-9).sum() >= len(found) - 2 * parts
    assert found["signature"].str.contains("kind:importance").all()
    assert found.groupby("model")["signature"].nunique().max() > 4


def test_the_numbers_are_those_of_the_verb(done: Path):
    """A stage's model and the task's first examples, by hand."""
    found = tables.read(done / "out" / "tables", "importance").query("per == 'batch'")
    model = done / "out" / "stages" / found["model"].iloc[0] / "model"
    given = {"folder": done / "text", "per": "batch", "batch_size": 8, "norm": "none"}
    verb = tombola.importance(model, "CoLA", **given).to_frame()
    keys = ["stack", "layer", "block", "head"]
    both = found.merge(verb, on=keys)
    assert len(both) == 6
    assert np.allclose(both["value_x"], both["value_y"], rtol=1e-4, atol=1e-9)


def test_ranks_are_those_of_the_table(done: Path):
    found = tables.read(done / "out" / "tables", "importance")
    ranks = tables.read(done / "out" / "tables", "importance-ranks")
    assert len(ranks) == 3 * 6 * 2
    for row in ranks.itertuples():
        own = found.query("model == @row.model and per not in ('batch', 'as_published')")
        own = own[(own["head"] >= 0) == (row.parts == "heads")]
        one, other = (own.loc[own["score"] == s, "normed"].to_numpy() for s in (row.a, row.b))
        assert row.n == len(one) == (4 if row.parts == "heads" else 2)
        if np.isfinite(row.spearman):
            assert row.spearman == pytest.approx(stats.spearmanr(one, other).statistic)
            assert row.kendall == pytest.approx(stats.kendalltau(one, other).statistic)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"score": ["size"]}, "unknown importance score 'size'"),
        ({"per": "sentence"}, "per: "),
        ({"examples": 0}, "examples: "),
        ({"of": "bert", "text": "toy"}, "step parts: of is a step that ends in models"),
        ({"text": "other"}, "no task 'other'"),
    ],
)
def test_what_a_step_may_not_say(tmp_path: Path, step: dict[str, Any], message: str):
    recipe = small.of(raw(tmp_path / "text", **step))
    with pytest.raises(UserError, match=message):
        plan(recipe, Library(recipe))


def test_a_score_by_its_name_alone_is_that_score_and_lists_open_no_axis(tmp_path: Path):
    one, other = (
        plan(recipe, Library(recipe))
        for recipe in (
            small.of(raw(tmp_path / "text", score=score)) for score in ("magnitude", ["magnitude"])
        )
    )
    assert [stage.name for stage in one] == [stage.name for stage in other]
    recipe = small.of(raw(tmp_path / "text", score=["magnitude", "gate"]))
    assert len(plan(recipe, Library(recipe))) == len(one)
