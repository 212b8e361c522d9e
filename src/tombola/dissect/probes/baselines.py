"""What is known without any representation."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tombola.dissect.probes.items import Items
from tombola.dissect.probes.question import Question
from tombola.dissect.probes.words import Words
from tombola.tasks.words import Labelled

Key = tuple[str, ...]
"""The word of an item, or the two words of a pair, as they are written."""


def keys(texts: Sequence[Labelled], words: Words, items: Items) -> list[Key]:
    """The words of each item."""
    forms = [word for i in words.kept for word in texts[i].words]
    return [tuple(forms[row] for row in rows) for rows in items.rows.tolist()]


def constant_score(question: Question, train: Items, scored: Items) -> float:
    """Score of one answer given to every item: the most frequent class of training, or its mean.

    For the F1 of a class, that class. NaN where a constant has no score, as with correlation.
    """
    always = question.form.constant(question.metric, train.labels)
    return question.score(np.full(len(scored), always, train.labels.dtype), scored)


def word_score(
    question: Question,
    train: Items,
    train_keys: Sequence[Key],
    scored: Items,
    scored_keys: Sequence[Key],
) -> float:
    """Score of what is usual for a word, or a pair of words, in training; no context is seen.

    The most frequent class, or the mean; for words that training has not, that of all.
    """
    places: dict[Key, list[int]] = defaultdict(list)
    for place, key in enumerate(train_keys):
        places[key].append(place)
    usual = {key: question.form.usual(train.labels[at]) for key, at in places.items()}
    otherwise = question.form.usual(train.labels)
    said = [usual.get(key, otherwise) for key in scored_keys]
    return question.score(np.array(said, train.labels.dtype), scored)
