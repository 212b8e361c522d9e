"""A study of a user's own tables, and what its tickets remember of them."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small
import torch
from transformers import AutoModelForSequenceClassification

import tombola
import toys
from tombola import tables, verbs
from tombola.errors import UserError
from tombola.study.classes import class_order, put_in_order
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.tasks import load_task, word_tokenizer


def table(folder: Path) -> Path:
    """Sixty rows of one table: good where no verb is said twice."""
    rows = []
    for i in range(60):
        subject, verb = small.SUBJECTS[i % 6], small.VERBS[i % 5]
        twice = f" {verb}" if i % 3 else ""
        rows.append({"said": f"{subject} {verb}{twice} it", "fine": "no" if twice else "yes"})
    pd.DataFrame(rows).to_csv(folder / "rows.csv", index=False)
    return folder / "rows.csv"


def raw(data: Path, **more: Any) -> dict[str, Any]:
    """One model trained on a table, and pruned once."""
    value = small.raw(data.parent)
    value["tasks"] = {"mine": {"data": str(data), "text": "said", "label": "fine", **more}}
    value["steps"] = {"dense": {**value["steps"]["dense"], "task": "mine"}}
    return value


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    return small.ran(raw(table(folder), max_tokens=12, metric="f1"), folder / "out")


def test_a_ticket_is_scored_as_its_study_scored_it(studied: Path):
    where = next((studied / "stages").glob("dense*")) / "model"
    (row,) = tables.read(studied / "tables", "scores").to_dict("records")
    found = verbs.evaluate(where)
    assert (found.score.metric, found.value, found.n) == ("f1", row["score"], row["n"])
    assert (found.n, found.max_tokens, found.notes) == (6, 12, ())
    assert set(found.references) <= {"no", "yes"}
    both = verbs.compare(where, where)
    assert [score.value for score in both.scores] == [row["score"]] * 2
    assert (both.difference.value, both.behaviour.agreement) == (0.0, 1.0)


def test_a_trained_model_names_its_classes(studied: Path):
    where = next((studied / "stages").glob("dense*")) / "model"
    config = AutoModelForSequenceClassification.from_pretrained(where).config
    assert (config.id2label, config.label2id) == ({0: "no", 1: "yes"}, {"no": 0, "yes": 1})


def test_text_that_has_changed_or_gone_is_said(studied: Path):
    where = next((studied / "stages").glob("dense*")) / "model"
    data = studied.parent / "rows.csv"
    kept = data.read_text("utf-8")
    try:
        data.write_text(kept.replace("it", "them"), "utf-8")
        assert "another than the ticket was scored on" in verbs.evaluate(where).notes[0]
        data.unlink()
        with pytest.raises(UserError, match=r"whose text cannot be read: .*rows.csv"):
            verbs.evaluate(where)
    finally:
        data.write_text(kept, "utf-8")


def test_columns_and_metric_are_facts_of_the_task(tmp_path: Path):
    data = table(tmp_path)
    plain = Library(small.of(raw(data))).task_facts("mine")
    assert Library(small.of(raw(data, metric="matthews"))).task_facts("mine") != plain
    assert Library(small.of(raw(data, classes=["yes", "no"]))).task_facts("mine") != plain
    assert Library(small.of(raw(data, apart=0.5))).task_facts("mine") != plain
    for wrong, said in (
        ({"text": "nothing"}, "no column 'nothing'; there are: said, fine"),
        ({"metric": "bleu"}, "has no bleu"),
    ):
        with pytest.raises(UserError, match=said):
            Library(small.of(raw(data, **wrong))).task_facts("mine")


def test_a_task_without_name_or_data_is_refused(tmp_path: Path):
    value = raw(table(tmp_path))
    for task, said in (
        ({"text": "said"}, "name a task, or give `data` of your own"),
        ({"data": "x.csv", "folder": "y"}, "give either data, or folder or files"),
        ({"data": "x.csv", "target": "a", "label": "b"}, "give either label or target"),
    ):
        with pytest.raises(UserError, match=said):
            small.of({**value, "tasks": {"mine": task}})


def test_a_checkpoint_s_classes_are_put_in_the_task_s_order(tmp_path: Path):
    """The same weights under names in either order are one model, of other facts."""
    data = table(tmp_path)
    reader = word_tokenizer(pd.read_csv(data)["said"])
    straight, crossed = (toys.bert(words=len(reader)).eval() for _ in range(2))
    with torch.no_grad():
        for parameter in crossed.classifier.parameters():
            parameter.copy_(parameter.flip(0))
    for name, model, names in (("a", straight, ("no", "yes")), ("b", crossed, ("YES", "NO"))):
        model.config.id2label = dict(enumerate(names))
        model.config.label2id = {label: i for i, label in enumerate(names)}
        model.save_pretrained(tmp_path / name)
        reader.save_pretrained(tmp_path / name)
    value = raw(data)
    value["models"] = {name: {"load": str(tmp_path / name)} for name in ("a", "b")}
    value["steps"]["dense"]["model"] = "a"
    library = Library(small.of(value))
    one, other = (library.model(name, "mine", 0) for name in ("a", "b"))
    assert torch.equal(one.classifier.weight, other.classifier.weight)
    assert one.config.id2label == other.config.id2label == {0: "no", 1: "yes"}
    assert "classes" not in library.model_facts("a", "mine")
    assert library.model_facts("b", "mine")["classes"] == [1, 0]
    assert class_order(straight.config, load_task("x", [{"text": "a", "label": "q"}])) is None
    put_in_order(crossed, (1, 0))
    assert torch.equal(crossed.classifier.bias, straight.classifier.bias)
    assert tombola.evaluate(other, data, tokenizer=reader, text="said", label="fine").n == 60


def test_a_model_of_other_classes_is_not_scored_as_it_is(tmp_path: Path):
    """What `train` begins with may mean anything; a draw is scored with the head it has."""
    data = table(tmp_path)
    reader = word_tokenizer(pd.read_csv(data)["said"])
    model = toys.bert(words=len(reader))
    model.config.id2label = {0: "tree", 1: "house"}
    model.config.label2id = {"tree": 0, "house": 1}
    model.save_pretrained(tmp_path / "m")
    reader.save_pretrained(tmp_path / "m")
    value = raw(data)
    value["models"] = {"m": {"load": str(tmp_path / "m")}}
    value["steps"] = {
        "dense": {**value["steps"]["dense"], "model": "m"},
        "half": {"do": "draw", "of": "m", "task": "mine", "amount": 0.5},
    }
    with pytest.raises(UserError, match=r"half: .*its classes \(tree, house\) are not those of"):
        plan(small.of(value), Library(small.of(value)))
    del value["steps"]["half"]
    assert plan(small.of(value), Library(small.of(value)))
