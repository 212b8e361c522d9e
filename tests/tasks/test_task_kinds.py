"""Kinds of task: what each needs and answers, and that one is one file."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score
from transformers import AutoTokenizer

from realdata import minilm
from tombola.errors import UserError
from tombola.registry import ENTERED_BY
from tombola.tasks import METRICS, TASK_KINDS, Batches, Task, encode, load_task
from tombola.text import Example, SentenceExample, TaggedSentence, TranslationExample
from tombola.training import answers

KINDS = ("classification", "regression", "tagging", "translation")


def test_all_kinds_are_found():
    assert set(KINDS) <= set(TASK_KINDS)
    assert all(TASK_KINDS[name].name == name for name in KINDS)


@pytest.mark.parametrize(
    ("example", "lines", "answer"),
    [
        (SentenceExample("a dog", None, 1), ("a dog",), 1),
        (SentenceExample("a dog", "a cat", 2.5), ("a dog", "a cat"), 2.5),
        (SentenceExample("a dog", None, None), ("a dog",), None),
        (TranslationExample("a dog", "ein Hund"), ("a dog", "ein Hund"), "ein Hund"),
        (TaggedSentence(("a", "dog"), ("DET", "NOUN")), ("a dog",), ("DET", "NOUN")),
    ],
)
def test_examples_answer_for_themselves(example, lines, answer):
    assert isinstance(example, Example)
    assert (example.lines, example.answer) == (lines, answer)


def test_the_metric_of_a_builtin_task_is_one_of_its_kind():
    for name in ("acceptability", "similarity", "pos", "translation"):
        task = load_task(f"builtin-{name}", train=2, dev=2)
        assert task.metric in METRICS
        assert task.metric in TASK_KINDS[task.kind].metrics(task)


def test_a_task_may_be_scored_by_another_metric():
    task = load_task("builtin-sentiment", train=2, dev=2)
    other = task.with_metric("f1")
    assert (task.metric, other.metric) == ("accuracy", "f1")
    assert other.train is task.train
    assert other.digest != task.digest
    with pytest.raises(UserError, match="sentiment' has no bleu; its metrics: accuracy, f1"):
        task.with_metric("bleu")
    with pytest.raises(UserError, match="unknown metric 'F1'; allowed: accuracy"):
        task.with_metric("F1")
    three = replace(task, labels=("no", "yes", "perhaps"))
    with pytest.raises(UserError, match="no f1; its metrics: accuracy, matthews"):
        three.with_metric("f1")


def test_a_metric_of_somebody_else_is_theirs_to_know(monkeypatch):
    monkeypatch.setattr(METRICS, "_things", dict(METRICS))
    monkeypatch.setattr(METRICS, "_digests", dict(METRICS._digests))
    token = ENTERED_BY.set("0123")
    METRICS.register("mine")(lambda *_, **__: None)
    ENTERED_BY.reset(token)
    assert load_task("builtin-pos", train=2, dev=2).with_metric("mine").metric == "mine"


class Says(torch.nn.Module):
    """Gives each token the logits of its id's own tag, read from a table."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.table = torch.nn.Parameter(table)

    def forward(self, input_ids: torch.Tensor, **_: torch.Tensor) -> object:
        return type("Out", (), {"logits": self.table[input_ids]})


def test_a_tag_is_read_where_its_word_begins():
    real = AutoTokenizer.from_pretrained(minilm())
    words = ("Tokenization", "of", "antidisestablishmentarianism")
    tags = ("NOUN", "ADP", "X")
    example = TaggedSentence(words, tags)
    task = Task("small", "tagging", ("ADP", "NOUN", "X"), "accuracy", (), (example,) * 3)
    pieces = [real(word, add_special_tokens=False)["input_ids"] for word in words]
    table = torch.zeros(len(real), 3)
    table[:, 2] = 0.5  # what anything but a beginning says: X, which the last word alone is
    table[pieces[0][0], 1] = table[pieces[1][0], 0] = 1.0
    batches = Batches(encode(task, task.dev, real, 64), 2, real.pad_token_id)
    assert answers(Says(table), task, batches, real) == [tags] * 3
    cut = Batches(encode(task, task.dev, real, 2 + len(pieces[0])), 2, real.pad_token_id)
    assert answers(Says(table), task, cut, real) == [("NOUN", "", "")] * 3


def test_accuracy_of_tags_is_that_of_words_over_sentences():
    rng = np.random.default_rng(4)
    true = [tuple(rng.choice(["A", "B", "C"], size=n)) for n in rng.integers(1, 20, 200)]
    said = [tuple(t if rng.random() < 0.7 else "A" for t in tags) for tags in true]
    score = METRICS["accuracy"](said, true)
    flat = [[tag for tags in side for tag in tags] for side in (true, said)]
    assert score.value == pytest.approx(accuracy_score(*flat))
    assert score.chance == pytest.approx(max(map(flat[0].count, "ABC")) / len(flat[0]))
    assert score.n == 200
    assert score.low < score.value < score.high
    with pytest.raises(ValueError, match="sentence 1: 1 tags for 2 words"):
        METRICS["accuracy"]([["A"], ["A"]], [["A"], ["A", "B"]])
