"""How often each label occurs, split by split."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev, quantiles
from typing import Any

from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.tasks.data.source import from_file, from_language, word_task
from tombola.tasks.load import load_task
from tombola.tasks.task import Task
from tombola.tasks.words.task import WordTask
from tombola.text.annotated import Annotated
from tombola.text.examples import Example, SentenceExample, TaggedSentence

BUILTIN: tuple[Split, ...] = ("train", "dev", "test")


@dataclass(frozen=True)
class Spread:
    """Where numbers lie."""

    mean: float
    sd: float
    low: float
    quartiles: tuple[float, float, float]
    high: float


@dataclass(frozen=True)
class Counts:
    """The labels of one split."""

    split: str
    """The file's name, or the split's."""
    n_texts: int
    """Sentences, documents or pairs."""
    n_words: int
    n_targets: int
    """What is labelled."""
    labels: dict[str, int]
    """How often each class occurs, the frequent first; empty where labels are numbers, or none."""
    spread: Spread | None
    """Of labels that are numbers."""

    def share(self, label: str) -> float:
        """Of all that is labelled, what is labelled so."""
        return self.labels.get(label, 0) / self.n_targets if self.n_targets else 0.0

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        shares = {name: {"n": n, "share": self.share(name)} for name, n in self.labels.items()}
        spread = None if self.spread is None else vars(self.spread)
        return {**vars(self), "labels": shares, "spread": spread}


def count_data(
    task: str,
    paths: Sequence[Path | str] = (),
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    n: int = 1000,
    seed: int = 0,
    language: Language | None = None,
) -> list[Counts]:
    """Count the labels of a task in files, each of which is a split, or in a task's folder.

    Without files: in `n` texts of each split of the built-in language. Streams files of word tasks.
    Raises UserError for unknown names and bad files.
    """
    files = [Path(path) for path in paths]
    found = word_task(task, files[0] if files else None)
    if found is None:
        folders: list[Path | None] = [*files] or [None]
        return [counts for one in folders for counts in _whole(task, one, n, seed, language)]
    if not files:
        return [
            _words(found, from_language(found.layers, n, seed, split, language), split, seed)
            for split in BUILTIN
        ]
    return [_words(found, from_file(found, path, format), path.name, seed) for path in files]


def _words(task: WordTask, texts: Iterable[Annotated], split: str, seed: int) -> Counts:
    n_texts = n_words = 0
    classes: Counter[str] = Counter()
    numbers: list[float] = []
    for text in texts:
        n_texts += 1
        n_words += len(text.words)
        for target in task.derive(text, seed):
            if isinstance(target.label, str):
                classes[target.label] += 1
            else:
                numbers.append(target.label)
    return _counts(split, n_texts, n_words, classes, numbers)


def _whole(
    name: str, folder: Path | None, n: int, seed: int, language: Language | None
) -> list[Counts]:
    if name.startswith("builtin-"):
        task = load_task(name, folder, n, n, seed, language)
    else:
        task = load_task(name, folder, seed=seed)
    where = "" if folder is None else f"{folder.name}/"
    return [
        _split(task, examples, where + split)
        for split, examples in (("train", task.train), ("dev", task.dev))
    ]


def _split(task: Task, examples: Sequence[Example], split: str) -> Counts:
    classes: Counter[str] = Counter()
    numbers: list[float] = []
    n_words = 0
    for example in examples:
        match example:
            case SentenceExample(text, pair, label):
                n_words += len(text.split()) + len((pair or "").split())
                if label is not None and task.labels:
                    classes[task.labels[int(label)]] += 1
                elif label is not None:
                    numbers.append(float(label))
            case TaggedSentence(words, tags):
                n_words += len(words)
                classes.update(tags)
            case _:
                n_words += len(example.lines[0].split())
    return _counts(split, len(examples), n_words, classes, numbers)


def _counts(
    split: str, n_texts: int, n_words: int, classes: Counter[str], numbers: list[float]
) -> Counts:
    ordered = dict(sorted(classes.items(), key=lambda one: (-one[1], one[0])))
    n_targets = sum(classes.values()) + len(numbers)
    return Counts(split, n_texts, n_words, n_targets, ordered, _spread(numbers))


def _spread(numbers: list[float]) -> Spread | None:
    if not numbers:
        return None
    cuts = quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    quartiles = (cuts[0], cuts[1], cuts[2])
    return Spread(fmean(numbers), pstdev(numbers), min(numbers), quartiles, max(numbers))
