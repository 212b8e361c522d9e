"""Small texts and vectors for tests of probes."""

from collections.abc import Callable, Sequence

import numpy as np

from tombola.dissect.probes import Question, Words
from tombola.tasks.words import Labelled, Target, WordTask

LAYERS, WIDTH, CLASSES = 3, 12, 4


def task(shape: str = "word", metric: str = "accuracy", **more: object) -> WordTask:
    """A task of no text in particular."""
    settings = {"numbers": False, "layers": ("tags",), **more}
    return WordTask(
        name="made", about="", shape=shape, metric=metric, derive=lambda text, seed: (), **settings
    )  # fmt: skip


def texts(
    lengths: Sequence[int], label: Callable[[int], str | float], every: int = 1
) -> list[Labelled]:
    """Texts whose words, or each of so many, are labelled by their place in all of the text."""
    made, before = [], 0
    for n in lengths:
        targets = [Target((i,), label(before + i)) for i in range(n) if (before + i) % every == 0]
        words = tuple(f"w{(before + i) % 17}" for i in range(n))
        made.append(Labelled(words, tuple(targets), "made"))
        before += n
    return made


def words(vectors: np.ndarray, lengths: Sequence[int]) -> Words:
    """Vectors (words × layers × width) as if they came from a file."""
    starts = np.concatenate([[0], np.cumsum(lengths)])
    kept = tuple(range(len(lengths)))
    layered = np.ascontiguousarray(vectors.transpose(1, 0, 2))
    return Words(layered, tuple(range(vectors.shape[1])), starts, kept)


def made(
    n: int, seed: int, noise: Sequence[float] = (0.5, 1.0, 3.0), dtype: str = "float32"
) -> tuple[Words, list[Labelled], np.ndarray]:
    """Words whose class has a centre of its own, behind more noise in deeper layers."""
    centres = np.random.default_rng(0).normal(size=(CLASSES, WIDTH))
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, n)
    y = rng.integers(0, CLASSES, lengths.sum())
    vectors = np.stack(
        [centres[y] + s * rng.normal(size=(len(y), WIDTH)) for s in noise], axis=1
    ).astype(dtype)
    return words(vectors, lengths), texts(lengths, lambda i: f"c{y[i]}"), y


def question(of: WordTask, train: Sequence[Labelled]) -> Question:
    """As training texts ask it."""
    return Question.of(of, train)
