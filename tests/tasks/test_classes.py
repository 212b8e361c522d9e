"""Classes by name, whatever order a model has them in."""

import pytest
from transformers import BertConfig

from tombola.errors import UserError
from tombola.tasks import Task, load_task
from tombola.tasks.classes import class_names, for_model
from tombola.text import GLUE, SentenceExample


def config(*names: str, **more: object) -> BertConfig:
    return BertConfig(
        id2label=dict(enumerate(names)), label2id={n: i for i, n in enumerate(names)}, **more
    )


def task(*labels: str, name: str = "mine") -> Task:
    rows = tuple(SentenceExample(f"text {i}", None, i) for i in range(len(labels)))
    return Task(name, "classification", labels, "accuracy", rows, rows)


def ids(found) -> list[int]:
    return [example.label for example in found.task.dev]


@pytest.mark.parametrize("name", ["MNLI", "MRPC", "RTE", "SST-2"])
def test_a_hub_model_s_order(name: str):
    layout = GLUE[name]
    known = task(*layout.labels, name=name)
    found = for_model(known, config(*(label.upper() for label in layout.hub_labels)), "it")
    assert ids(found) == [layout.hub_ids.index(i) for i in range(len(layout.labels))]
    assert not found.by_number
    answers = [found.task.dev[i].label for i in range(len(layout.labels))]  # all right
    assert found.said(answers) == [example.label for example in known.dev]


def test_what_only_the_model_has_stands_behind():
    found = for_model(task("no", "yes"), config("perhaps", "yes", "no"), "it")
    assert (ids(found), found.task.labels) == ([2, 1], ("perhaps", "yes", "no"))
    assert found.said([0, 1, 2]) == [2, 1, 0]
    assert found.names == ("no", "yes", "perhaps")


@pytest.mark.parametrize(
    ("own", "names", "order", "guessed"),
    [
        (("bad", "good"), ("LABEL_0", "LABEL_1"), [0, 1], True),
        (("0", "1"), ("LABEL_0", "LABEL_1"), [0, 1], False),
        (("0", "2"), ("LABEL_0", "LABEL_1", "LABEL_2"), [0, 2], False),
        (("0", "1"), ("NEGATIVE", "POSITIVE"), [0, 1], True),
        (("1", "2", "3"), ("3", "2", "1"), [2, 1, 0], False),
        (("1", "2", "3"), ("1 star", "2 stars", "3 stars"), [0, 1, 2], False),
        (("1", "2"), ("LABEL_0", "LABEL_1"), [0, 1], True),
        (("not-duplicate", "Duplicate"), ("duplicate", "not_duplicate"), [1, 0], False),
    ],
)
def test_names_and_numbers(own, names, order, guessed):
    found = for_model(task(*own), config(*names), "it")
    assert (ids(found), found.by_number) == (order, guessed)


def test_the_user_may_say_that_the_order_is_the_model_s():
    found = for_model(task("no", "yes"), config("yep", "nope"), "it", ordered=True)
    assert (ids(found), found.by_number) == ([0, 1], False)


@pytest.mark.parametrize(
    ("own", "names", "said"),
    [
        (("good", "bad"), ("cat", "dog"), r"its classes \(cat, dog\) are not those of mine \(good"),
        (("good", "bad"), ("LABEL_0", "LABEL_1", "LABEL_2"), "tells 3 labels apart, mine has 2"),
        (("0", "7"), ("a", "b", "c"), "tells 3 labels apart, mine has 2"),
    ],
)
def test_refused_where_they_do_not_fit(own, names, said):
    with pytest.raises(UserError, match=said):
        for_model(task(*own), config(*names), "it")


def test_label2id_alone_names_classes_and_may_not_contradict():
    alone = BertConfig()
    alone.label2id = {"b": 0, "a": 1}
    assert class_names(alone) == ("b", "a")
    assert class_names(BertConfig()) is None
    wrong = BertConfig(id2label={0: "a", 1: "b"})
    wrong.label2id = {"a": 1, "b": 0}
    with pytest.raises(UserError, match="a, b by id2label, b, a by label2id"):
        class_names(wrong)


def test_tags_are_names():
    known = load_task("mine", [{"tokens": ["a", "dog"], "tags": ["DET", "NOUN"]}])
    found = for_model(known, config("NOUN", "DET", "VERB"), "it")
    assert found.task.labels == ("NOUN", "DET", "VERB")
    assert found.said([("DET", "VERB")]) == [("DET", "VERB")]
    assert found.task.dev == known.dev
