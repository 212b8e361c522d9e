"""Translations: several metrics of the same answers, and the answers themselves."""

from pathlib import Path
from typing import Any

import pytest
import small

from tombola import tables
from tombola.errors import UserError
from tombola.study.answers import ANSWERS_FILE, read_answers
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.tasks import METRICS

METRIC = ["bleu", "chrf", "bleu-compound-split"]


def raw(**task: Any) -> dict[str, Any]:
    """A translator of the built-in language, and tickets of it, at toy size."""
    return {
        "name": "words",
        "title": "Translations",
        "seeds": [1, 2],
        "tasks": {
            "toy": {
                "name": "builtin-translation", "train": 40, "dev": 12, "max_tokens": 40,
                "language": {"lexicon": 30, "depth": 0}, "metric": METRIC, **task,
            }
        },
        "models": {
            "marian": {
                "new": {
                    "model_type": "marian", "d_model": 16, "encoder_layers": 1,
                    "decoder_layers": 1, "encoder_attention_heads": 2,
                    "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
                    "max_position_embeddings": 96, "init_std": 0.1,
                }
            }
        },
        "steps": {
            "dense": {
                "do": "train", "model": "marian", "task": "toy",
                "training": {"steps": 10, "batch_size": 8, "learning_rate": 0.01},
            },
            "tickets": {
                "do": "rounds", "of": "dense", "pruning": {"amount": 0.5},
                "rewind": {"learning-rate": 0.5}, "rounds": 1,
            },
            "held": {"do": "differences", "of": "tickets", "to": "dense",
                     "metric": ["bleu", "chrf"]},
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("translations") / "out"
    topics = out.with_name("topics")
    topics.write_text("\n".join(["animals", "  food "] * 6))
    value = raw()
    value["steps"]["parts"] = {
        "do": "slices", "of": ["dense", "tickets"], "to": "dense", "bins": 2,
        "edges": {"length": [4, 100]}, "labels": {"topic": str(topics)}, "metric": "chrf",
    }  # fmt: skip
    small.ran(value, out)
    return out


def test_every_metric_scores_the_answers_that_were_kept(done: Path) -> None:
    scores = tables.read(done / "tables", "scores")
    assert len(scores) == 4 * len(METRIC)
    for model, rows in scores.groupby("model"):
        assert rows["metric"].tolist() == METRIC
        said, wanted = read_answers(done / "stages" / str(model) / ANSWERS_FILE)
        assert rows["n"].tolist() == [len(said)] * len(METRIC) == [12] * len(METRIC)
        expected = [METRICS[name](said, wanted).value for name in METRIC]
        assert rows["score"].tolist() == pytest.approx(expected)
        assert [("nc:6" in s, "split:" in s) for s in rows["signature"]] == [
            (name == "chrf", name == "bleu-compound-split") for name in METRIC
        ]


def test_differences_are_by_any_metric(done: Path) -> None:
    held = tables.read(done / "tables", "differences")
    scores = tables.read(done / "tables", "scores").merge(
        tables.read(done / "tables", "models")[["model", "round"]], on="model"
    )
    means = scores.groupby(["metric", "round"])["score"].mean()
    assert held["metric"].tolist() == ["bleu", "chrf"]
    for row in held.itertuples():
        expected = means[row.metric, 1] - means[row.metric, 0]
        assert row.difference == pytest.approx(expected)


def test_slices_add_up_and_are_what_differences_of_their_examples_are(done: Path) -> None:
    parts = tables.read(done / "tables", "slices")
    assert parts["by"].unique().tolist() == ["all", "length", "frequency", "rarest", "topic"]
    assert (parts.groupby(["round", "by"])["n"].sum() == 12).all()
    assert (parts["seeds"] == 2).all()
    dense, ticket = parts[parts["round"] == 0], parts[parts["round"] == 1]
    assert dense["difference"].isna().all()
    assert set(dense["against"]) == {"dense"}
    held = tables.read(done / "tables", "differences").query("metric == 'chrf'").iloc[0]
    whole = ticket.iloc[0]
    for ours, theirs in (("difference", "difference"), ("difference_low", "low")):
        assert whole[ours] == pytest.approx(held[theirs])
    food = ticket.query("slice == 'food'").iloc[0]
    chrf, values = METRICS["chrf"], []
    models = tables.read(done / "tables", "models")
    for model in models.loc[models["round"] == 1, "model"]:
        said, wanted = read_answers(done / "stages" / model / ANSWERS_FILE)
        values.append(chrf(said[1::2], wanted[1::2]).value)
    assert food["score"] == pytest.approx(sum(values) / 2)
    assert food["n"] == 6
    lengths = ticket.query("by == 'length'")
    assert (lengths["most"].to_numpy()[:-1] < lengths["least"].to_numpy()[1:]).all()
    assert lengths["least"].iloc[-1] >= 4


def test_labels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    value = raw()
    step = {"do": "slices", "of": "dense", "by": [], "labels": {"topic": str(tmp_path / "a")}}
    value["steps"]["parts"] = step
    for text, problem in (("x\ny\n", "2 labels for 12 examples"), ("x\n\n", "a:2: no label")):
        (tmp_path / "a").write_text(text)
        with pytest.raises(UserError, match=problem):
            names(value)
    for change, problem in (
        ({"labels": {}}, "nothing to cut by"),
        ({"by": ["length"], "edges": {"length": [3, 3]}}, "ascending"),
        ({"by": "size"}, "unknown slicer 'size'; allowed: frequency, length, rarest"),
        ({"labels": {"all": "x"}}, "choose another"),
    ):
        value["steps"]["parts"] = {**step, **change}
        with pytest.raises(UserError, match=problem):
            names(value)


def names(value: dict[str, Any]) -> set[str]:
    recipe = small.of(value)
    return {stage.name for stage in plan(recipe, Library(recipe))}


def test_search_and_further_metrics_are_facts_and_greedy_is_the_default() -> None:
    before = names(raw())
    assert names(raw(search={"beams": 1})) == before
    for change in ({"search": {"beams": 2}}, {"metric": ["bleu", "chrf"]}):
        assert not names(raw(**change)) & before


def test_a_metric_that_answers_do_not_have_is_refused() -> None:
    value = raw()
    value["steps"]["held"]["metric"] = "matthews"
    with pytest.raises(UserError, match="has no matthews; its metrics: bleu"):
        names(value)
    with pytest.raises(UserError, match="one metric or several different ones"):
        names(raw(metric=["bleu", "bleu"]))
