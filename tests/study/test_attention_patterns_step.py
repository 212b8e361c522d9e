"""A step that says which patterns heads show: its tables, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
import torch
from transformers import BertConfig, BertModel

from tombola import tables, tickets
from tombola.dissect.patterns import NAMES
from tombola.errors import UserError
from tombola.report import Tables
from tombola.report.parts import PARTS
from tombola.study import run_study
from tombola.study.kinds.attention_patterns import AttentionPatternsStep, _trained
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.tasks import Batches

SMALL = {"maps": 150, "held_out": 50, "steps": 40, "batch_size": 25, "lengths": [5, 12]}


def raw(folder: Path, **step: Any) -> dict[str, Any]:
    """The small study with a step of patterns in place of what compares."""
    value = small.raw(small.cola_folder(folder))
    value["seeds"] = [1, 2]
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"weights": "start"}}
    del value["steps"]["layers"], value["steps"]["held"]
    value["steps"]["heads"] = {
        "do": "attention-patterns", "of": ["dense", "tickets"], "examples": 12,
        "classifier": SMALL, **step,
    }  # fmt: skip
    return value


def with_loaded(value: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The study with a model that is loaded, of the words that the new one has."""
    recipe = small.of(value)
    tokenizer = Library(recipe).tokenizer("bert", "toy")
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=32,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    value["models"]["loaded"] = {"load": str(folder)}
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study: trained models, where one began, and one that was only loaded."""
    folder = tmp_path_factory.mktemp("patterns")
    of = ["dense", {"of": "dense", "at": 0}, {"of": "tickets", "round": 2}]
    value = raw(folder / "text", of=of, weighting=["raw", "norm", "as_published"])
    value = with_loaded(value, folder / "loaded")
    value["steps"]["loaded-heads"] = {
        **value["steps"]["heads"], "of": "loaded", "text": "toy", "weighting": "raw",
    }  # fmt: skip
    outcome = run_study(small.of(value), folder / "out", engine="serial")
    assert outcome.failures == ()
    assert outcome.done == 2 * (1 + 2 + 3) + 1
    return folder


def test_the_table_holds_every_head_and_pattern_of_every_model(done: Path) -> None:
    found = tables.read(done / "out" / "tables", "attention-patterns")
    models = tables.read(done / "out" / "tables", "models")
    seen = set(found["model"])
    dense = set(models.loc[models["step"] == "dense", "model"])
    last = set(models.loc[(models["step"] == "tickets") & (models["round"] == 2), "model"])
    assert seen == {*dense, *last, *(f"{name}@0" for name in dense), "loaded"}
    assert len(found) == (6 * 3 + 1) * 2 * len(NAMES)
    keys = ["model", "weighting", "stack", "layer", "block", "head"]
    each = found.groupby(keys, sort=False)
    assert each["pattern"].apply(list).map(tuple).unique().tolist() == [NAMES]
    assert (each["count"].sum() == each["n"].first()).all()
    assert found["n"].unique().tolist() == [12]
    assert np.allclose(each["share"].sum(), 1)
    assert found["signature"].str.contains("kind:attention-patterns").all()
    assert not found.loc[found["model"] == "loaded", "signature"].str.contains("seed:2").any()


def test_the_classifier_is_told_with_each_model_and_is_the_same_for_all(done: Path) -> None:
    found = tables.read(done / "out" / "tables", "pattern-classifier")
    assert len(found) == (6 * 3 + 1) * (len(NAMES) + 1)
    assert set(found["maps"]) == {"synthetic"}
    assert found["trained_on"].unique().tolist() == [150]
    by = found.groupby(["weighting", "pattern"])["f1"]
    assert (by.nunique() == 1).all()
    f1 = by.first()
    assert (f1["as_published"] == f1["norm"]).all()
    assert (f1["raw"] != f1["norm"]).any()
    assert f1["raw"]["all"] > 0.4
    assert found.loc[found["pattern"] == "all", "n"].unique().tolist() == [50]


def test_counts_are_those_of_maps_read_by_hand(done: Path) -> None:
    """Raw maps of one example at a time, by transformers alone."""
    from tombola.dissect.patterns.picture import pictures

    found = tables.read(done / "out" / "tables", "attention-patterns")
    name = next(n for n in found["model"] if n.startswith("dense") and "@" not in n)
    ticket = tickets.load(done / "out" / "stages" / name / "model")
    texts = [line.split("\t")[3] for line in (done / "text" / "dev.tsv").read_text().splitlines()]
    settings = AttentionPatternsStep.model_validate(
        {"do": "attention-patterns", "of": "dense", "classifier": SMALL}
    )
    classifier, _ = _trained(settings.classifier, "raw", "", "")
    ticket.model.set_attn_implementation("eager")
    counts = np.zeros((2, len(NAMES)), dtype=int)
    for text in texts[:12]:
        given = ticket.tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            (weights,) = ticket.model(**given, output_attentions=True).attentions
        for head, said in enumerate(classifier.classify(pictures(weights[0])).tolist()):
            counts[head, said] += 1
    own = found[(found["model"] == name) & (found["weighting"] == "raw")]
    assert (
        own.pivot(index="head", columns="pattern", values="count")[list(NAMES)].to_numpy().tolist()
        == counts.tolist()
    )


def test_a_report_tells_of_models_before_training_and_of_loaded_ones(done: Path) -> None:
    said = PARTS["attention-patterns"].say(Tables.read(done / "out"))
    of = {line.partition(":")[0] for line in said[:-1]}
    models = ("dense", "dense, before training", "magnitude, 64.0%", "loaded")
    assert of == {f"CoLA, {model}" for model in models}


def test_segments_are_passed_to_the_model(done: Path) -> None:
    recipe = small.of(raw(done / "text"))
    library = Library(recipe)
    tokenizer = library.tokenizer("bert", "toy")
    encoded = library.kind("toy").encode(library.task("toy").dev, tokenizer, 32, ("0", "1"))
    assert "token_type_ids" in next(iter(Batches(encoded, 4, tokenizer.pad_token_id).in_order()))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"weighting": ["raw", "raw"]}, "one is listed twice"),
        ({"weighting": "value"}, "weighting.0: "),
        ({"examples": 0}, "examples: "),
        ({"of": "bert", "text": "toy"}, "of: bert is drawn anew for every seed"),
        ({"of": "bert"}, "name a task"),
        ({"text": "other"}, "no task 'other'"),
        ({"classifier": {"layers": 3}}, "unknown key 'classifier.layers'; allowed: maps"),
        ({"labelled": {"raw": "nowhere"}}, "nowhere: neither a folder of labelled maps nor"),
        ({"labelled": {"other": "nowhere"}}, "labelled"),
    ],
)
def test_what_a_step_may_not_say(tmp_path: Path, step: dict[str, Any], message: str) -> None:
    recipe = small.of(raw(tmp_path / "text", **step))
    with pytest.raises(UserError, match=message):
        plan(recipe, Library(recipe))


def test_labelled_maps_count_by_what_is_in_them(tmp_path: Path) -> None:
    names = {}
    for place, scale in (("one", 1), ("two", 1), ("three", 2)):
        maps = scale * np.random.default_rng(0).random((25, 6, 6))
        np.savez(tmp_path / f"{place}.npz", maps=maps, labels=[NAMES[i % 5] for i in range(25)])
        step = {"labelled": {"raw": str(tmp_path / f"{place}.npz")}}
        recipe = small.of(raw(tmp_path / "text", **step))
        names[place] = [s.name for s in plan(recipe, Library(recipe)) if s.step == "heads"]
    assert names["one"] == names["two"] != names["three"]
