"""Two models on a task: their scores, answers and layers; what cannot be compared is said."""

import math
from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM, BertForPreTraining, BertForQuestionAnswering

import tombola
import toys
from tombola.cli.compare import _is_text
from tombola.errors import UserError
from tombola.tasks import word_tokenizer

WORDS = ["the", "a", "dog", "cat", "bird", "sees", "hears", "likes"]
ROWS = [{"text": f"the {WORDS[2 + i % 3]} {WORDS[5 + i % 2]} a cat",
         "label": "good" if i % 3 else "bad"}
        for i in range(24)]  # fmt: skip


@pytest.fixture(scope="module")
def reader():
    return word_tokenizer([" ".join(WORDS)])


def classifier(reader, names=("bad", "good"), seed=0, **more):
    made = toys.bert(words=len(reader), seed=seed, **more).eval()
    if names[0] == "good":
        with torch.no_grad():
            for parameter in made.classifier.parameters():
                parameter.copy_(parameter.flip(0))
    made.config.id2label = dict(enumerate(names))
    made.config.label2id = {name: i for i, name in enumerate(names)}
    return made


def test_models_with_classes_in_different_orders_are_compared_by_name(reader):
    given = {"tokenizer": reader, "metric": "accuracy"}
    same = tombola.compare(classifier(reader), classifier(reader, ("good", "bad")), ROWS, **given)
    assert (same.behaviour.agreement, same.behaviour.js) == (1.0, pytest.approx(0, abs=1e-12))
    assert same.behaviour.accuracy_a == same.behaviour.accuracy_b == same.scores[0].value
    assert [score.value for score in same.scores] == [same.scores[0].value] * 2
    assert (same.difference.value, same.difference.n) == (0.0, 24)
    with pytest.raises(UserError, match=r"classes \(cat, dog\) are not those of own"):
        tombola.compare(classifier(reader), classifier(reader, ("cat", "dog")), ROWS, **given)


@pytest.mark.parametrize("kind", [BertForMaskedLM, BertForPreTraining, BertForQuestionAnswering])
def test_models_with_another_head_have_layers_alone(reader, kind):
    other = kind(toys.bert(words=len(reader)).config)
    found = tombola.compare(other, classifier(reader), ROWS, tokenizer=reader)
    assert (found.behaviour, found.scores, found.difference) == (None, (), None)
    assert len(found.layers) == 4
    assert found.notes == (f"layers alone: no head for own in {kind.__name__}",)


def test_numbers_are_compared_too(reader):
    rows = [{"text": row["text"], "label": i / 3} for i, row in enumerate(ROWS)]
    models = [toys.bert(words=len(reader), seed=seed, num_labels=1).eval() for seed in (0, 1)]
    found = tombola.compare(*models, rows, tokenizer=reader, metric="spearman")
    assert (found.behaviour.unit, found.behaviour.n) == ("number", 24)
    assert -1 <= found.behaviour.low <= found.behaviour.pearson <= found.behaviour.high <= 1
    assert [score.metric for score in found.scores] == ["spearman"] * 2
    assert found.difference.value == pytest.approx(found.scores[1].value - found.scores[0].value)
    with torch.no_grad():
        models[1].classifier.bias.fill_(math.nan)
    with pytest.raises(UserError, match=r"the second model answers is not a number \(NaN\)"):
        tombola.compare(*models, rows, tokenizer=reader)


def test_answers_that_are_no_numbers_are_no_agreement(reader):
    broken = classifier(reader)
    with torch.no_grad():
        broken.classifier.bias.fill_(math.nan)
    with pytest.raises(UserError, match=r"the first model: what the model answers is not a number"):
        tombola.compare(broken, classifier(reader), ROWS, tokenizer=reader)


def test_what_was_cut_is_said(reader):
    rows = [*ROWS, {"text": "the dog " * 40, "label": "bad"}]
    found = tombola.compare(classifier(reader), classifier(reader), rows, tokenizer=reader)
    assert found.notes == ("1 of 25 examples were cut to 64 tokens",)
    assert "notes" in found.to_dict()
    assert len(found.to_frame()) == len(found.layers)


def test_a_text_is_told_from_a_table(tmp_path: Path):
    for name in ("t.txt", "t.csv"):
        (tmp_path / name).write_text("a\n", "utf-8")
    text, table = (str(tmp_path / name) for name in ("t.txt", "t.csv"))
    assert _is_text({"data": text}, None)
    assert not _is_text({"data": table}, None)
    assert not _is_text({"data": text, "label": "x"}, None)
    assert not _is_text({"data": text}, "ner")
    assert not _is_text({"data": "some/set"}, None)
