"""What is asked in each form, and how answers are counted: beside the metrics, and by hand."""

import math

import numpy as np
import pytest
from probe_texts import question, task, texts, words

from tombola.dissect.probes import FORMS, Items, constant_score, word_score
from tombola.dissect.probes.baselines import keys
from tombola.dissect.probes.forms import form_of
from tombola.errors import UserError
from tombola.tasks import METRICS, WORD_TASKS
from tombola.tasks.words import Labelled, Target
from tombola.text.annotated import LabelledSpan
from tombola.text.spans import write_tags


def empty(lengths):
    return words(np.zeros((sum(lengths), 1, 2), np.float32), lengths)


def test_every_word_task_has_a_form() -> None:
    forms = {name: form_of(one).name for name, one in WORD_TASKS.items()}
    assert len(forms) == 18
    assert {n for n, form in forms.items() if form == "spans"} == {"chunk", "conjunct", "ner"}
    assert {n for n, form in forms.items() if form == "numbers"} == {"factuality"}
    assert set(FORMS) == {"classes", "numbers", "spans"}


def test_words_and_pairs_stand_where_their_text_does() -> None:
    made = [
        Labelled(("a", "b", "c"), (Target((2, 0), "x"), Target((1, 2), "y")), ""),
        Labelled(("d",), (), ""),
        Labelled(("e", "f"), (Target((0, 1), "x"),), ""),
    ]
    asked = question(task("pair"), made)
    items = asked.items(made, empty([3, 1, 2]))
    assert items.rows.tolist() == [[2, 0], [1, 2], [4, 5]]
    assert items.labels.tolist() == [0, 1, 0]
    assert items.starts.tolist() == [0, 2, 3]
    assert (items.n_texts, items.arity) == (2, 2)
    assert keys(made, empty([3, 1, 2]), items) == [("c", "a"), ("b", "c"), ("e", "f")]


def test_classes_that_training_has_not_are_wrong_and_counted() -> None:
    train, dev = texts([4, 4], lambda i: "ab"[i % 2]), texts([3, 3], lambda i: "abz"[i % 3])
    asked = question(task(), train)
    items = asked.items(dev, empty([3, 3]))
    assert (items.n_unseen, items.unseen) == (2, ("z",))
    assert asked.score(np.array([0, 1, 0, 0, 1, 1]), items) == pytest.approx(4 / 6)


def test_one_class_or_nothing_to_label_is_said() -> None:
    with pytest.raises(UserError, match="task 'made': the training text has one class only, 'a'"):
        question(task(), texts([3], lambda i: "a"))
    with pytest.raises(UserError, match="has nothing to label"):
        question(task(), texts([3], lambda i: "a", every=100)[:0])


@pytest.mark.parametrize("scheme", ["BIO", "IOB1"])
def test_spans_are_counted_as_the_metric_counts_them(scheme: str) -> None:
    """Random answers, ill-formed ones among them, beside `span_f1` on each text's tags."""
    rng = np.random.default_rng(1)
    made = []
    for _ in range(60):
        n, at, targets = int(rng.integers(1, 12)), 0, []
        while at < n:
            end = min(n, at + int(rng.integers(1, 4)))
            if rng.random() < 0.6:
                targets.append(Target((at, end), str(rng.choice(["NP", "VP"]))))
            at = end
        made.append(Labelled(("w",) * n, tuple(targets), ""))
    lengths = [len(text.words) for text in made]
    chunk = task("span", "span_f1", scheme=scheme)
    asked = question(chunk, made)
    items = asked.items(made, empty(lengths))
    truth = [
        write_tags(n, [LabelledSpan(*t.at, t.label) for t in text.targets], scheme)
        for n, text in zip(lengths, made, strict=True)
    ]
    ends = np.cumsum(lengths)
    for wrong in (0.0, 0.1, 1.0):
        answers = items.labels.copy()
        lost = rng.random(len(answers)) < wrong
        answers[lost] = rng.integers(0, asked.outputs, lost.sum())
        said = [[asked.classes[i] for i in answers[e - n : e]]
                for e, n in zip(ends, lengths, strict=True)]  # fmt: skip
        metric = METRICS["span_f1"]
        assert np.array_equal(asked.counts(answers, items), metric.counts(said, truth))
        score = metric(said, truth)
        assert asked.score(answers, items) == pytest.approx(score.value)
        assert asked.interval(asked.counts(answers, items)) == pytest.approx(
            (score.low, score.high)
        )


def test_a_span_whose_kind_training_has_not_is_one_missed_span() -> None:
    train = [Labelled(("a", "b"), (Target((0, 2), "NP"),), ""), Labelled(("c",), (), "")]
    dev = [Labelled(("a", "b", "c"), (Target((0, 3), "NEW"),), "")]
    asked = question(task("span", "span_f1", scheme="BIO"), train)
    items = asked.items(dev, empty([3]))
    outside = asked.classes.index("O")
    assert asked.counts(np.full(3, outside), items).tolist() == [[0.0, 1.0]]
    assert asked.classes == ("B-NP", "I-NP", "O")


def test_f1_of_errors_and_accuracy_by_text() -> None:
    made = texts([3, 2], lambda i: "cicci"[i])
    asked = question(task(metric="f1"), made)
    items = asked.items(made, empty([3, 2]))
    answers = np.array([0, 1, 1, 0, 0])  # one hit, one false alarm, one missed
    assert asked.counts(answers, items).tolist() == [[1, 3], [0, 1]]
    assert asked.score(answers, items) == pytest.approx(0.5)
    both = question(task(), made)
    assert both.counts(answers, items).tolist() == [[2, 3], [1, 2]]


def test_the_interval_is_over_texts() -> None:
    """Twice the same text says no more than once."""
    lengths = [5] * 40
    made = texts(lengths, lambda i: "ab"[i // 5 % 2])
    asked = question(task(), made)
    items = asked.items(made, empty(lengths))
    right = np.repeat(np.arange(40) % 4 > 0, 5)
    answers = np.where(right, items.labels, 1 - items.labels)
    low, high = asked.interval(asked.counts(answers, items))
    alone = question(task(), texts([1] * 40, lambda i: "ab"[i % 2]))
    one = alone.items(texts([1] * 40, lambda i: "ab"[i % 2]), empty([1] * 40))
    said = np.where(right[::5], one.labels, 1 - one.labels)
    assert (low, high) == pytest.approx(alone.interval(alone.counts(said, one)), abs=0.03)


def test_baselines_by_hand() -> None:
    train = [
        Labelled(("a", "b", "a", "c"), tuple(Target((i,), t) for i, t in enumerate("XYYZ")), ""),
        Labelled(("a", "b"), (Target((0,), "X"), Target((1,), "Y")), ""),
    ]
    dev = [Labelled(("a", "b", "new", "C"), tuple(Target((i,), t) for i, t in enumerate("XZYZ")),
                    "")]  # fmt: skip
    asked = question(task(), train)
    ours, theirs = empty([4, 2]), empty([4])
    items, scored = asked.items(train, ours), asked.items(dev, theirs)
    # most frequent: Y (3 of 6). a: X, b: Y, c: Z, unseen: Y
    assert constant_score(asked, items, scored) == 1 / 4
    assert word_score(
        asked, items, keys(train, ours, items), scored, keys(dev, theirs, scored)
    ) == pytest.approx(2 / 4)


def test_constants_of_other_metrics() -> None:
    made = texts([4, 4], lambda i: "ccci"[i % 4])
    asked = question(task(metric="f1"), made)
    items = asked.items(made, empty([4, 4]))
    assert constant_score(asked, items, items) == pytest.approx(0.4)  # always i
    numbers = texts([4, 4], float)
    asked = question(task(metric="pearson", numbers=True), numbers)
    items = asked.items(numbers, empty([4, 4]))
    assert math.isnan(constant_score(asked, items, items))
    assert asked.form.error(np.full(8, 3.5), items) == pytest.approx(2.0)
    assert isinstance(items, Items)
    assert items.labels.dtype == np.float64
