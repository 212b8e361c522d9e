"""Rows of a user's own table that are no examples: refused, or left out and counted."""

from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.tasks import load_task
from tombola.text.reading import Reading

BAD = [
    ({"text": "", "label": "x"}, "text was expected, and it is empty"),
    ({"text": "a", "label": None}, "label: no label"),
    ({"text": 3, "label": "x"}, "text was expected, and it is 3"),
    ({"label": "x"}, "no column 'text'"),
    ("a", "a mapping was expected, not str"),
]


def skipped(data, **more):
    reading = Reading(skip=True)
    return load_task("mine", data, reading=reading, **more), reading


def test_rows_that_are_no_examples_are_left_out_and_counted():
    good = [{"text": "a", "label": "x"}, {"text": "b", "label": "y"}]
    rows = [good[0], *(row for row, _ in BAD), good[1]]
    task, reading = skipped(rows)
    assert [one.text for one in task.dev] == ["a", "b"]
    assert (task.n_dropped, task.labels) == (len(BAD), ("x", "y"))
    assert f"left out, since they cannot be read: {len(BAD)}" in task.notes
    for row, said in BAD:
        assert any(said in line for line in reading.bad), said
        with pytest.raises(UserError, match=said):
            load_task("mine", [good[0], row])


@pytest.mark.parametrize(
    ("rows", "more", "n", "kind"),
    [
        # A number that is missing makes no classes of the others.
        ([("a", 0.5), ("b", None), ("c", 1.0)], {}, 2, "regression"),
        ([("a", "n/a"), ("b", 0.5)], {"kind": "regression"}, 1, "regression"),
        ([(["a"], ["X"]), (["a", "b"], ["X"]), (None, ["X"])], {}, 1, "tagging"),
        ([(None, "x"), ("a", "x"), ("b", "y")], {}, 2, "classification"),
        ([("a", "x"), ("b", "y"), ("c", "z")], {"classes": ("y", "x")}, 2, "classification"),
    ],
)
def test_of_every_kind(rows, more, n, kind):
    rows = [{"text": text, "label": label} for text, label in rows]
    task, reading = skipped(rows, text="text", label="label", **more)
    assert (task.kind, len(task.dev), reading.n_bad) == (kind, n, len(rows) - n)
    with pytest.raises(UserError):
        load_task("mine", rows, text="text", label="label", **more)


def test_translations():
    rows = [{"de": "ein", "en": "one"}, {"de": "zwei", "en": ""}]
    task, _ = skipped(rows, text="de", target="en")
    assert (len(task.dev), task.n_dropped) == (1, 1)


def test_nothing_but_bad_rows_is_refused():
    with pytest.raises(UserError, match="row 1: label: no label; of 2 rows none can be read"):
        skipped([{"text": "a", "label": None}, {"text": "b", "label": None}])


def test_both_splits_and_broken_lines(tmp_path: Path):
    (tmp_path / "train.csv").write_text('text,label\na,1\n"b,0\nc,0\n')
    (tmp_path / "dev.csv").write_text("text,label\nd,1\ne\n,0\nf,0\n")
    task, reading = skipped(tmp_path, text="text")
    assert [one.text for one in task.train] == ["a", "c"]
    assert [one.text for one in task.dev] == ["d", "f"]
    assert task.n_dropped == reading.n_bad == 3


def test_word_tasks_too():
    rows = [{"tokens": ["a", "b"], "ner_tags": ["B-X", "O"]}, {"tokens": ["a"], "ner_tags": []}]
    task = load_task("ner", data=rows, reading=Reading(skip=True))
    assert (len(task.dev), task.n_dropped) == (1, 1)
