"""Translations: several metrics of the same answers, and the answers themselves."""

from pathlib import Path
from typing import Any

import pytest
import small

from tombola import tables
from tombola.errors import UserError
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.models import ANSWERS_FILE, read_answers
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
    out = tmp_path_factory.mktemp("translations")
    outcome = run_study(small.of(raw()), out, engine="serial")
    assert outcome.failures == ()
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
