"""How far answers get on the built-in sentence tasks that look at words alone.

`python -m benchmarks._shallow [EXAMPLES]`; tests/tasks holds the same answers to a ceiling.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import pearsonr
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks._measure import table
from tombola.language.tasks import BUILTIN
from tombola.tasks import Task, load_builtin
from tombola.text.examples import SentenceExample

Examples = Sequence[SentenceExample]


def labels_of(examples: Examples) -> NDArray[np.float64]:
    return np.array([example.label for example in examples])


def score(answers: NDArray[np.float64], examples: Examples, task: Task) -> float:
    """Accuracy, or Pearson's correlation where labels are numbers."""
    if task.labels is None:
        return float(pearsonr(answers, labels_of(examples)).statistic)
    return float(np.mean(answers == labels_of(examples)))


def counted(task: Task, train: Examples, dev: Examples, longest: int = 1) -> NDArray[np.float64]:
    """What a linear model says of counts of n-grams: of both sentences, and what they share."""
    words = CountVectorizer(token_pattern=r"\S+", lowercase=False, ngram_range=(1, longest))
    words.fit([text for e in train for text in (e.text, e.pair) if text is not None])

    def features(examples: Examples) -> sparse.csr_matrix:
        counts = words.transform([e.text for e in examples])
        if examples[0].pair is None:
            return counts
        pairs = words.transform([e.pair for e in examples])
        both = [counts, pairs, abs(counts - pairs), counts.multiply(pairs)]
        return sparse.hstack(both).tocsr()

    model = LogisticRegression(C=0.1, max_iter=500) if task.labels else Ridge(10)
    model.fit(features(train), labels_of(train))
    return model.predict(features(dev))


def overlapping(task: Task, train: Examples, dev: Examples) -> NDArray[np.float64]:
    """What a small tree says of how far two sentences are the same, in words and neighbours."""
    make = DecisionTreeClassifier if task.labels else DecisionTreeRegressor
    model = make(max_depth=5, min_samples_leaf=20, random_state=0)
    model.fit([overlap(e) for e in train], labels_of(train))
    return model.predict([overlap(e) for e in dev])


def overlap(example: SentenceExample) -> list[float]:
    """Whether either is in the other word for word, what they share, how long they are."""
    sides = [side.split() for side in (example.text, example.pair or "")]
    one, other = map(set, sides)
    near, far = (set(pairwise(side)) for side in sides)
    return [
        *(verbatim(example)),
        len(one - other), len(other - one), len(one & other) / len(one | other),
        len(near - far), len(far - near), len(near & far) / max(1, len(near | far)),
        *map(len, sides), len(sides[0]) - len(sides[1]),
    ]  # fmt: skip


def verbatim(example: SentenceExample) -> tuple[bool, bool]:
    """Whether the second sentence stands in the first, and the first in the second."""
    text, pair = f" {example.text} ", f" {example.pair} "
    return pair in text, text in pair


def by_verbatim(task: Task, train: Examples, dev: Examples) -> NDArray[np.float64]:
    """The most frequent class of what holds the hypothesis word for word, and of what does not."""
    inside, y = np.array([verbatim(e)[0] for e in train]), labels_of(train).astype(int)
    usual = [np.bincount(y[inside == each], minlength=1).argmax() for each in (False, True)]
    return np.array([usual[verbatim(e)[0]] for e in dev], np.float64)


def main(n: int) -> None:
    rows = []
    for name in sorted(BUILTIN):
        task = load_builtin(name, n, 1000, seed=4)
        if task.kind not in ("classification", "regression"):
            continue
        train, dev = task.train, task.dev
        found = [counted(task, train, dev), counted(task, train, dev, 2)]
        if train[0].pair is not None:
            found.append(overlapping(task, train, dev))
            if task.labels:
                found.append(by_verbatim(task, train, dev))
        rows.append((name, *(f"{score(each, dev, task):.2f}" for each in found)))
    table(("task", "bag of words", "bigrams", "overlap", "verbatim"),
          [(*row, *[""] * (5 - len(row))) for row in rows])  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
