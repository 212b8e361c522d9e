"""Slices of a dev split."""

import numpy as np
import pytest

from tombola.tasks import SLICERS, Task, by_labels, by_numbers
from tombola.text.examples import SentenceExample, TranslationExample

TASK = Task(
    "t", "translation", None, "bleu",
    train=(TranslationExample("a a b .", "x"), TranslationExample("a, c", "b b b b")),
    dev=(TranslationExample("a b.", "long long long"), TranslationExample("unseen a", "y")),
)  # fmt: skip


def test_numbers_are_of_what_is_read_and_of_the_training_split():
    assert SLICERS["length"].numbers(TASK).tolist() == [3, 2]
    assert SLICERS["rarest"].numbers(TASK).tolist() == [1, 0]
    means = [np.exp(np.log([4, 2, 2]).mean()), np.exp(np.log([1, 4]).mean())]
    assert SLICERS["frequency"].numbers(TASK).tolist() == pytest.approx(means)
    pair = Task("p", "classification", ("0", "1"), "f1", train=(),
                dev=(SentenceExample("a b", "c", 0), SentenceExample("", None, 1)))  # fmt: skip
    assert SLICERS["length"].numbers(pair).tolist() == [3, 0]
    assert SLICERS["frequency"].numbers(pair).tolist() == [1, 0]


def test_slices_are_of_equal_size_and_hold_every_example_once():
    numbers = np.random.default_rng(0).permutation(100).astype(float)
    found = by_numbers("length", "words", numbers, 4)
    assert [len(each.examples) for each in found] == [25] * 4
    assert sorted(np.concatenate([each.examples for each in found]).tolist()) == list(range(100))
    assert found[1].name == "25–49 words"
    assert (found[1].least, found[1].most) == (25, 49)


def test_equal_numbers_stay_together_and_edges_are_lower_ends():
    found = by_numbers("rarest", "occurrences", np.array([0.0] * 8 + [1, 5]), 4)
    assert [each.examples.tolist() for each in found] == [list(range(8)), [8, 9]]
    alike = by_numbers("rarest", "occurrences", np.ones(5), 4)
    assert [each.name for each in alike] == ["1 occurrences"]
    given = by_numbers("length", "words", np.array([1.0, 10, 11, 30]), 4, (10.0, 20.0, 25.0))
    assert [(each.place, each.examples.tolist()) for each in given] == [
        (0, [0]), (1, [1, 2]), (3, [3]),
    ]  # fmt: skip


def test_labels_come_in_the_order_of_the_alphabet():
    found = by_labels("topic", ["b", "a", "b"])
    assert [(e.name, e.place, e.examples.tolist()) for e in found] == [
        ("a", 0, [1]),
        ("b", 1, [0, 2]),
    ]
