"""The founding studies, in outline and at toy size, as far as the kinds of steps go."""

from pathlib import Path
from typing import Any

import pytest
import small

from tombola import tables
from tombola.report import report
from tombola.study import preview, run_study

TINY = {"train": 60, "dev": 30, "language": {"lexicon": 30, "depth": 0}}
SENTENCES = {
    "one": {"name": "builtin-acceptability", **TINY},
    "two": {"name": "builtin-sentiment", **TINY},
}
BERT = {
    "model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 64,
}  # fmt: skip
MARIAN = {
    "model_type": "marian", "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
    "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32, "max_position_embeddings": 64,
}  # fmt: skip
SHORT = {"steps": 8, "batch_size": 16, "learning_rate": 0.01}

OUTLINES: dict[str, dict[str, Any]] = {
    "movva-zhao": {
        "seeds": [1],
        "tasks": {
            "translation": {"name": "builtin-translation", **TINY},
            "pos": {"name": "builtin-pos", **TINY},
        },
        "models": {"marian": {"new": MARIAN}},
        "steps": {
            "dense": {"do": "train", "model": "marian", "task": "translation", "training": SHORT},
            "tickets": {
                "do": "rounds", "of": "dense", "criterion": ["magnitude", "random", "none"],
                "pruning": {"sets": ["matrices", "biases"], "amount": 0.2},
                "rewind": {"learning-rate": [0.5, 0.2]}, "rounds": 2,
            },
            "significance": {
                "do": "differences", "of": {"of": "tickets", "criterion": ["magnitude", "random"]},
                "to": {"of": "tickets", "criterion": "none"}, "margin": 1.0,
            },
            "layers": {"do": "similarity", "of": "tickets", "to": "dense",
                       "measures": ["debiased", "as_published"]},
            "tags": {"do": "probe", "of": ["dense", "tickets"], "probe": "pos",
                     "training": {"epochs": 2}},
        },
    },
    "prasanna": {
        "seeds": [1, 2],
        "tasks": SENTENCES,
        "models": {"bert": {"new": BERT, "words": ["one", "two"]}},
        "steps": {
            "tuned": {"do": "train", "model": "bert", "task": "all", "training": SHORT},
            "good": {"do": "prune-while", "of": "tuned", "share": 0.8, "pruning": {"amount": 0.3}},
            "retrained": {"do": "train", "model": "bert", "mask": "good", "training": SHORT},
            "alike": {"do": "overlap", "of": "good", "across": "seed"},
            "stable": {"do": "stability", "of": "good", "across": "seed"},
            "shared": {"do": "overlap", "of": "good", "across": "task"},
            "held": {"do": "differences", "of": ["good", "retrained"], "to": "tuned"},
        },
    },
    "gordon": {
        "seeds": [1],
        "tasks": SENTENCES,
        "models": {"bert": {"new": BERT, "words": ["one", "two"]}},
        "steps": {  # the first task stands for pre-training
            "pretrained": {"do": "train", "model": "bert", "task": "one", "training": SHORT},
            "pruned": {"do": "rounds", "of": "pretrained", "rewind": {"learning-rate": 0.5},
                       "pruning": {"amount": 0.3}, "rounds": 2},
            "kept": {"do": "train", "task": "two", "training": SHORT,
                     "model": {"of": "pruned", "round": 2, "rename": {"task": "pretraining"}},
                     "mask": {"of": "pruned", "round": 2, "rename": {"task": "pretraining"}}},
            "released": {"do": "train", "task": "two", "training": SHORT,
                         "model": {"of": "pruned", "round": 2, "rename": {"task": "pretraining"}}},
            "freed": {"do": "differences", "of": "released", "to": "kept"},
        },
    },
    "chen": {
        "seeds": [1],
        "tasks": SENTENCES,
        "models": {"bert": {"new": BERT, "words": ["one", "two"]}},
        "steps": {
            "dense": {"do": "train", "model": "bert", "task": "all", "training": SHORT},
            "tickets": {"do": "rounds", "of": "dense", "rewind": {"weights": "start"},
                        "pruning": {"amount": 0.1, "of": "original"}, "rounds": 3},
            "transfer": {"do": "train", "model": "bert", "task": "all", "training": SHORT,
                         "mask": {"of": "tickets", "round": 3, "rename": {"task": "source_task"}}},
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("name", OUTLINES)
def test_an_outline_parses_plans_runs_and_reports(name: str, tmp_path: Path):
    recipe = small.of({"name": name, "title": name, **OUTLINES[name]})
    planned = preview(recipe, tmp_path / "out")
    outcome = run_study(recipe, tmp_path / "out", engine="serial")
    assert outcome.failures == ()
    assert outcome.done == planned.stages
    assert preview(recipe, tmp_path / "out").to_dict()["stages"] == outcome.done
    for table in tables.names(tmp_path / "out" / "tables"):
        assert len(tables.read(tmp_path / "out" / "tables", table)) > 0, table
    assert report(tmp_path / "out").stat().st_size > 10_000


def test_what_is_released_is_dense_again_and_what_is_kept_is_not(tmp_path: Path):
    recipe = small.of({"name": "gordon", "title": "gordon", **OUTLINES["gordon"]})
    run_study(recipe, tmp_path / "out", engine="serial")
    known = tables.read(tmp_path / "out" / "tables", "models").set_index("step")
    assert known.loc["kept", "sparsity"] == pytest.approx(0.51, abs=0.01)
    assert known.loc["released", "sparsity"] == 0
    assert known.loc["released", "steps"] == known.loc["kept", "steps"] == 8 + 4 + 4 + 8


def test_the_transfer_matrix_has_every_ticket_on_every_task(tmp_path: Path):
    recipe = small.of({"name": "chen", "title": "chen", **OUTLINES["chen"]})
    run_study(recipe, tmp_path / "out", engine="serial")
    known = tables.read(tmp_path / "out" / "tables", "models").query("step == 'transfer'")
    assert set(zip(known["task"], known["source_task"], strict=True)) == {
        (a, b) for a in SENTENCES for b in SENTENCES
    }
    sources = known.groupby("source_task")["mask"].nunique()
    assert sources.to_dict() == {"one": 1, "two": 1}
