"""Scores of a model on data of one's own, and on what its ticket remembers."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from sklearn.metrics import accuracy_score, matthews_corrcoef
from typer.testing import CliRunner

import tombola
import toys
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app
from tombola.errors import UserError
from tombola.language import Language
from tombola.tasks import load_task, word_tokenizer
from tombola.tickets import Ticket

WORDS = ["the", "a", "dog", "cat", "bird", "sees", "hears", "likes"]
ROWS = [
    {
        "said": f"the {WORDS[2 + i % 3]} {WORDS[5 + i % 2]} a {WORDS[2 + i % 2]}",
        "mood": "good" if i % 3 else "bad",
    }
    for i in range(30)
]
TAGS = [{"tokens": ["a", "dog"], "tags": ["DET", "NOUN"]}]
NAMED = {"text": "said", "label": "mood"}


@pytest.fixture(scope="module")
def reader():
    return word_tokenizer([" ".join(WORDS)])


def model(reader, names=("bad", "good")):
    """Untrained, says both; the rows of its head stand in the order of the names."""
    made = toys.bert(words=len(reader)).eval()
    texts = reader([row["said"] for row in ROWS], return_tensors="pt", padding=True)
    with torch.no_grad():
        logits = made(**texts).logits
        made.classifier.bias[1] += (logits[:, 0] - logits[:, 1]).median() + 1e-6
        if names[0] == "good":
            for parameter in made.classifier.parameters():
                parameter.copy_(parameter.flip(0))
    made.config.id2label = dict(enumerate(names))
    made.config.label2id = {name: i for i, name in enumerate(names)}
    return made


def test_the_order_of_a_model_s_classes_changes_no_score(reader):
    one = tombola.evaluate(model(reader), ROWS, tokenizer=reader, **NAMED)
    other = tombola.evaluate(model(reader, ("good", "bad")), ROWS, tokenizer=reader, **NAMED)
    assert one.answers == other.answers
    assert set(one.answers) == {"bad", "good"}
    assert one.value == accuracy_score(one.references, one.answers)
    assert asdict(one.score) == asdict(other.score)
    assert (one.n, one.cut, one.unknown, one.score.chance) == (30, 0, 0.0, 20 / 30)
    again = tombola.evaluate(
        model(reader, ("good", "bad")), ROWS, tokenizer=reader, metric="matthews", **NAMED
    )
    assert again.value == pytest.approx(matthews_corrcoef(one.references, one.answers))


def test_names_that_do_not_fit_are_refused_unless_the_user_says_the_order(reader):
    odd = model(reader)
    odd.config.id2label, odd.config.label2id = {0: "cat", 1: "dog"}, {"cat": 0, "dog": 1}
    with pytest.raises(UserError, match=r"its classes \(cat, dog\) are not those of own"):
        tombola.evaluate(odd, ROWS, tokenizer=reader, **NAMED)
    told = tombola.evaluate(odd, ROWS, tokenizer=reader, classes=("bad", "good"), **NAMED)
    assert told.value == tombola.evaluate(model(reader), ROWS, tokenizer=reader, **NAMED).value
    generic = toys.bert(words=len(reader))
    found = tombola.evaluate(generic, ROWS, tokenizer=reader, **NAMED)
    assert "by their order" in found.notes[0]


def test_what_is_cut_and_unknown_is_said(reader):
    rows = [*ROWS, {"said": "the zebra " * 40, "mood": "bad"}]
    found = tombola.evaluate(model(reader), rows, tokenizer=reader, **NAMED)
    assert (found.cut, found.max_tokens) == (1, 64)
    assert found.unknown == pytest.approx(31 / (30 * 5 + 62), rel=0.05)
    assert "1 of 31 examples were cut to 64 tokens" in found.notes
    assert any("does not know 14" in note for note in found.notes)
    with pytest.raises(UserError, match="the model takes 64 at most"):
        tombola.evaluate(model(reader), rows, tokenizer=reader, max_tokens=65, **NAMED)


def test_one_class_alone_is_undefined_with_the_reason(reader):
    rows = [row for row in ROWS if row["mood"] == "good"]
    found = tombola.evaluate(model(reader), rows, tokenizer=reader, metric="matthews", **NAMED)
    assert found.value != found.value
    assert found.score.reason == "all references are of one class"
    assert "undefined" in repr(found)


def test_predictions(reader, tmp_path: Path):
    given = {"tokenizer": reader, **NAMED}
    found = tombola.evaluate(model(reader), ROWS, predictions=tmp_path / "p.csv", **given)
    frame = pd.read_csv(tmp_path / "p.csv")
    assert list(frame) == ["text", "reference", "answer"]
    assert tuple(frame["answer"]) == found.answers
    for name, said in (
        ("p.csv", "exists already"),
        ("p.xls", "written as .csv"),
        ("a/p.csv", "no folder"),
    ):
        with pytest.raises(UserError, match=said):
            tombola.evaluate(model(reader), ROWS, predictions=tmp_path / name, **given)


def test_a_model_of_one_number_is_scored_as_such(reader):
    scorer = toys.bert(words=len(reader), num_labels=1)
    rows = [{"text": row["said"], "label": i % 4} for i, row in enumerate(ROWS)]
    found = tombola.evaluate(scorer, rows, tokenizer=reader, metric="spearman")
    assert (found.score.metric, found.score.n) == ("spearman", 30)
    assert tombola.evaluate(scorer, rows, tokenizer=reader).score.metric == "pearson"
    with pytest.raises(UserError, match="tells 1 labels apart, own has 4"):
        tombola.evaluate(scorer, rows, tokenizer=reader, kind="classification")


def remembering(**choice):
    """A ticket that says it was trained on a task of the built-in language."""
    made = {"name": "builtin-acceptability", "dev": 40, "train": 40, **choice}
    made["language"] = {"lexicon": 30, "depth": 0}
    language = Language(**made["language"])
    task = load_task("builtin-acceptability", train=40, dev=40, language=language)
    own = word_tokenizer(task.text)
    about = {"name": made["name"], "scored": task.scored, "choice": made}
    made_for = toys.bert(words=len(own))
    made_for.config.id2label = dict(enumerate(task.labels))
    return Ticket(made_for, None, own, {"task": about}), task


def test_a_ticket_knows_its_task():
    ticket, task = remembering(max_tokens=20)
    for named in (None, "builtin-acceptability"):
        found = tombola.evaluate(ticket, named)
        assert (found.task, found.n, found.max_tokens) == ("builtin-acceptability", 40, 20)
        assert found.texts == tuple(example.lines for example in task.dev)
        assert (found.unknown < 0.1, found.model) == (True, "BertForSequenceClassification")
    strange = tombola.evaluate(ticket, "builtin-acceptability", knobs={"lexicon": 200}, examples=9)
    assert any("does not know" in note for note in strange.notes)
    changed = dict(ticket.provenance["task"], scored="0")
    told = tombola.evaluate(replace(ticket, provenance={"task": changed}))
    assert "another than the ticket was scored on" in told.notes[0]


def test_what_cannot_be_scored_is_one_line(reader):
    known = {"tokenizer": reader}
    for task, more, said in (
        (None, {}, "name a task or data of your own"),
        ("CoLAX", {}, "unknown task 'CoLAX', and no such file"),
        ("builtin-acceptability", {"text": "x"}, "text: is of a table of your own"),
        (TAGS, {}, "has no head for own"),
        ("CoLA", {"data": ROWS}, "give either the task 'CoLA'"),
        (ROWS, {"txt": "said"}, "unknown key 'txt'; allowed: .*data"),
        (ROWS[:0], {}, "which column"),
    ):
        with pytest.raises(UserError, match=said):
            tombola.evaluate(model(reader), task, **known, **more)


def test_the_verb(reader, tmp_path: Path):
    find_verbs()
    model(reader).save_pretrained(tmp_path / "m")
    reader.save_pretrained(tmp_path / "m")
    pd.DataFrame(ROWS).to_csv(tmp_path / "d.csv", index=False)
    call = [
        "evaluate",
        str(tmp_path / "m"),
        "--data",
        str(tmp_path / "d.csv"),
        "--text",
        "said",
        "--label",
        "mood",
    ]
    shown = CliRunner().invoke(app, call)
    assert shown.exit_code == 0, shown.output
    assert "95% interval" in shown.output
    found = json.loads(CliRunner().invoke(app, [*call, "--metric", "f1", "--json"]).output)
    assert (found["metric"], found["n"]) == ("f1", 30)
    with (tmp_path / "d.csv").open("a") as file:
        file.write('"never closed,1\n')
    refused = CliRunner().invoke(app, call)
    assert "32: not CSV" in str(refused.exception)
    shown = CliRunner().invoke(app, [*call, "--skip-bad"])
    assert shown.exit_code == 0, shown.output
    assert "left out, since they cannot be read: 1" in " ".join(shown.output.split())
