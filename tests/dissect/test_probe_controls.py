"""Control tasks and codes, by hand and by what they must come to."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from probe_texts import CLASSES, made, question, task, texts, words

from tombola.dissect.probes import (
    Lesson,
    ProbeSettings,
    control_items,
    online_codes,
    train_probes,
)
from tombola.dissect.probes.baselines import keys
from tombola.dissect.probes.codes import PORTIONS
from tombola.errors import UserError

QUICK = ProbeSettings(epochs=10, learning_rate=3e-2)


def test_a_control_label_is_drawn_for_each_form() -> None:
    lengths = [20] * 40
    labelled = texts(lengths, lambda i: "AB"[i % 10 < 3])
    labelled = [
        type(one)(tuple(f"w{20 * n + i}" for i in range(20)), one.targets, "")
        for n, one in enumerate(labelled)
    ]
    again = labelled[5:15]
    read, other = (words(np.zeros((20 * n, 1, 2), np.float32), [20] * n) for n in (40, 10))
    asked = question(task(), labelled)
    items, more = asked.items(labelled, read), asked.items(again, other)
    splits = [(items, keys(labelled, read, items)), (more, keys(again, other, more))]
    drawn, drawn_again = control_items(items, splits, seed=1)
    assert np.array_equal(drawn.labels[100:300], drawn_again.labels)
    assert drawn.labels.mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 800))
    assert np.array_equal(control_items(items, splits, seed=1)[0].labels, drawn.labels)
    assert not np.array_equal(control_items(items, splits, seed=2)[0].labels, drawn.labels)
    assert np.array_equal(drawn.rows, items.rows)


def test_the_online_code_by_hand() -> None:
    """Block by block, with log-probabilities computed here."""
    found, labelled, y = made(60, seed=1)
    _, dev, _ = made(20, seed=2)
    asked = question(task(), labelled)
    items = asked.items(labelled, found)
    stop_words, dev, _ = made(20, seed=2)
    stop = (stop_words, asked.items(dev, stop_words))
    lesson = Lesson(asked, items, stop[1])
    (code,) = online_codes([lesson], found, stop[0], [3, 4], QUICK, order=5)
    assert code.uniform == pytest.approx(len(y) * math.log2(CLASSES))
    assert (code.n, code.bits.shape) == (len(y), (3, 2))
    # easy layers are told in fewer bits
    assert (code.bits[0] < code.bits[1]).all()
    assert (code.bits[1] < code.bits[2]).all()
    assert (code.bits[0] < 0.6 * code.uniform).all()

    import random

    from tombola.randomness import mixed

    order = list(range(60))
    random.Random(mixed("probe", "code", 5)).shuffle(order)
    ends = sorted({max(1, round(share * 60)) for share in PORTIONS})
    assert ends[-1] == 60
    bits = len(items.of(order[: ends[0]])) * 2.0
    for told, end in pairwise(ends):
        probes = train_probes(asked, found, items.take(order[:told]), [4], QUICK, stop=stop)
        weight, bias = probes.weights["weight"][1, 0], probes.weights["bias"][1, 0]
        rows = items.rows[items.of(order[told:end]), 0]
        logits = torch.from_numpy(found.vectors[1, rows]) @ weight + bias
        chosen = torch.log_softmax(logits, -1)[torch.arange(len(rows)), torch.from_numpy(y[rows])]
        bits -= float(chosen.sum()) / math.log(2)
    assert code.bits[1, 1] == pytest.approx(bits, rel=1e-4)


def test_labels_without_reason_cannot_be_compressed() -> None:
    found, labelled, y = made(80, seed=1)
    drawn = np.random.default_rng(0).permutation(y)
    lengths = [len(text.words) for text in labelled]
    mixed_up = texts(lengths, lambda i: f"c{drawn[i]}")
    asked = question(task(), mixed_up)
    items = asked.items(mixed_up, found)
    other, dev, _ = made(20, seed=2)
    lesson = Lesson(asked, items, asked.items(dev, other))
    (code,) = online_codes([lesson], found, other, [1], QUICK)
    assert (code.bits > 0.97 * code.uniform).all()


def test_numbers_have_no_code() -> None:
    found, labelled, _ = made(10, seed=1)
    numbers = texts([len(text.words) for text in labelled], float)
    asked = question(task(metric="pearson", numbers=True), numbers)
    items = asked.items(numbers, found)
    with pytest.raises(UserError, match="numbers have no code"):
        online_codes([Lesson(asked, items, items)], found, found, [1], QUICK)
