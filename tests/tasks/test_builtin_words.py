"""The eighteen word tasks of the built-in language."""

import pytest

from tombola.errors import UserError
from tombola.language import Language, split_of
from tombola.tasks import load_builtin_words
from tombola.tasks.words import WORD_TASKS
from tombola.tasks.words.data import WordData

NAMES = (
    "pos", "ccg", "parent", "grandparent", "great-grandparent", "chunk", "ner", "ged", "conjunct",
    "syn-arc-prediction", "syn-arc-class", "semtag", "ps-function", "ps-role", "factuality",
    "sem-arc-prediction", "sem-arc-class", "coreference",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_splits_with_labels(name):
    n = 2 if name == "coreference" else 25
    data = load_builtin_words(name, n, n, n, seed=2)
    assert data.task is WORD_TASKS[name]
    assert data.test is not None
    found = []
    for split, texts in (("train", data.train), ("dev", data.dev), ("test", data.test)):
        assert len(texts) == n
        found += [target.label for text in texts for target in text.targets]
        assert any(text.targets for text in texts)
        assert {split} == {text.where.split()[0] for text in texts}
    if WORD_TASKS[name].numbers:
        assert data.labels is None
        assert min(found) == -3.0
        assert max(found) == 3.0
    else:
        assert data.labels == tuple(sorted(set(found)))
    assert data == load_builtin_words(name, n, n, n, seed=2)


def test_all_eighteen_are_here():
    assert set(NAMES) == set(WORD_TASKS)


def test_splits_share_no_sentence():
    data = load_builtin_words("pos", 60, 60, 60)
    for split in ("train", "dev", "test"):
        assert {split_of(" ".join(t.words)) for t in getattr(data, split)} == {split}


def flat(data: WordData, split: str) -> list[object]:
    return [target for text in getattr(data, split) for target in text.targets]


def test_noise_is_in_labels_of_train_alone():
    clean = load_builtin_words("pos", 200, 20, 20)
    noisy = load_builtin_words("pos", 200, 20, 20, language=Language(noise=0.3))
    assert (clean.dev, clean.test) == (noisy.dev, noisy.test)
    pairs = list(zip(flat(clean, "train"), flat(noisy, "train"), strict=True))
    assert all(one.at == other.at for one, other in pairs)
    changed = sum(one.label != other.label for one, other in pairs) / len(pairs)
    labels = [one.label for one, _ in pairs]
    same_by_chance = sum((labels.count(x) / len(labels)) ** 2 for x in set(labels))
    assert changed == pytest.approx(0.3 * (1 - same_by_chance), abs=0.04)


def test_unknown_tasks_and_counts_are_refused():
    with pytest.raises(UserError, match="unknown word task 'nn'; allowed: ccg, chunk"):
        load_builtin_words("nn")
    with pytest.raises(UserError, match="pos dev: 0 examples asked for"):
        load_builtin_words("pos", 5, 0, 5)
