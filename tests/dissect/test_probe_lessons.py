"""Probes of several tasks from one reading: as those of each task alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from dissect_models import bert
from probe_texts import made, question, task, texts

from tombola.dissect.probes import (
    Lesson,
    ProbeSettings,
    Reader,
    Words,
    online_codes,
    probe_tasks,
    train_alike,
    train_probes,
)
from tombola.tasks import WORD_TASKS, load_builtin_words, word_tokenizer

QUICK = ProbeSettings(epochs=12, learning_rate=3e-2, patience=2)


def three(n: int, seed: int) -> tuple[Words, list]:
    """Words that are asked for their class, whether it is one of two, and a number."""
    found, labelled, y = made(n, seed)
    lengths = [len(text.words) for text in labelled]
    y = np.asarray(y)
    numbers = task(metric="pearson", numbers=True)
    return found, [
        (task(), labelled),
        (task(), texts(lengths, lambda i: "AB"[y[i] // 2])),
        (numbers, texts(lengths, lambda i: float(y[i]) + 0.1 * (i % 3))),
    ]


@pytest.mark.parametrize("hidden", [0, 6])
@pytest.mark.parametrize("with_stop", [False, True])
def test_lessons_together_are_as_each_alone(hidden: int, with_stop: bool) -> None:
    words, asked = three(50, 1)
    other, dev = three(20, 2)
    lessons = []
    for (of, labelled), (_, more) in zip(asked, dev, strict=True):
        one = question(of, labelled)
        stop = one.items(more, other) if with_stop else None
        lessons.append(Lesson(one, one.items(labelled, words), stop))
    settings = QUICK.model_copy(update={"batch_sentences": 20, "standardise": True})
    how = {"hidden": hidden, "dtype": torch.float64}
    together = train_alike(
        lessons, words, [3, 4], settings, stop_words=other if with_stop else None, **how
    )
    assert len({tuple(one.epoch.ravel()) for one in together}) == 3  # they stop at other times
    for lesson, found in zip(lessons, together, strict=True):
        stop = None if lesson.stop is None else (other, lesson.stop)
        alone = train_probes(
            lesson.question, words, lesson.train, [3, 4], settings, stop=stop, **how
        )
        assert np.array_equal(alone.epoch, found.epoch)
        assert np.allclose(alone.stopping, found.stopping, atol=1e-9)
        for name, weight in alone.weights.items():
            assert torch.allclose(weight, found.weights[name], atol=1e-9)


def test_codes_together_are_as_each_alone() -> None:
    words, asked = three(50, 1)
    lessons = []
    for of, labelled in asked[:2]:
        one = question(of, labelled)
        lessons.append(Lesson(one, one.items(labelled, words), one.items(labelled, words)))
    together = online_codes(lessons, words, words, [3], QUICK)
    for lesson, found in zip(lessons, together, strict=True):
        (alone,) = online_codes([lesson], words, words, [3], QUICK)
        assert found.bits == pytest.approx(alone.bits, rel=1e-5)
        assert (
            found.uniform == alone.uniform == len(lesson.train) * np.log2(lesson.question.outputs)
        )


def test_lessons_of_other_words_are_refused() -> None:
    words, ((of, labelled), *_) = three(20, 1)
    asked = question(of, labelled)
    items = asked.items(labelled, words)
    fewer = items.take(range(10))
    with pytest.raises(ValueError, match="read the same rows"):
        train_alike([Lesson(asked, items), Lesson(asked, fewer)], words, [1], QUICK)


def test_tasks_on_the_same_words_are_read_once_and_found_as_alone(tmp_path, monkeypatch) -> None:
    """Tags and ancestors of the same sentences, with labels drawn for control, and codes."""
    names = ("pos", "semtag", "chunk", "parent")
    data = {name: load_builtin_words(name, 40, 12, 12, 0) for name in names}
    lines = [line for one in data.values() for text in one.train for line in text.lines]
    tokenizer = word_tokenizer(lines)
    settings = ProbeSettings(epochs=2, control=True, code=True, replicates=2)
    reader = Reader(
        bert(1, vocab_size=len(tokenizer)), tokenizer, tmp_path, settings, too_long="window"
    )
    reads = []
    plain = Words.read
    monkeypatch.setattr(
        Words, "read", lambda self, rows, *rest: reads.append(len(rows)) or plain(self, rows, *rest)
    )
    together = list(probe_tasks(reader, data, 5))
    n_together = len(reads)
    reads.clear()
    alone = [found for name in names for found in probe_tasks(reader, {name: data[name]}, 5)]
    assert n_together < 0.6 * len(reads)
    assert [one.task for one, _ in together] == [name for name in names for _ in range(6)]
    for (one, counts), (other, own) in zip(together, alone, strict=True):
        assert one.epoch == other.epoch
        assert np.allclose(counts, own)
        rounded = [
            {k: round(v, 3) if isinstance(v, float) else v for k, v in vars(r).items()}
            for r in (one, other)
        ]
        assert str(rounded[0]) == str(rounded[1])


def test_a_lesson_is_read_like_another_whose_labels_differ() -> None:
    words, ((of, labelled), *_) = three(20, 1)
    asked = question(of, labelled)
    items = asked.items(labelled, words)
    drawn = replace(items, labels=items.labels[::-1].copy())
    assert Lesson(asked, items).reading == Lesson(asked, drawn).reading
    assert Lesson(asked, items, items).reading != Lesson(asked, items).reading
    documents = question(WORD_TASKS["coreference"], labelled)
    assert Lesson(asked, items).reading != Lesson(documents, items).reading
