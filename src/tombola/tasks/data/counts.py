"""How often each label occurs, split by split."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from statistics import fmean, pstdev, quantiles
from typing import Any

from tombola.language.knobs import Language
from tombola.language.splits import Split
from tombola.tasks.data.source import corpora, from_language, whole_task, word_task
from tombola.tasks.task import Task
from tombola.tasks.words.read import find_texts, labelled
from tombola.tasks.words.task import WordTask
from tombola.text.annotated import Annotated
from tombola.text.examples import Example, SentenceExample, TaggedSentence
from tombola.text.reading import Reading, reading_of

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
    guessed: str = ""
    """The format that its content was taken for, and how sure that is; empty where it is sure."""
    layer: str = ""
    """Of word tasks, what the labels are of."""
    n_bad: int = 0
    """Texts that cannot be read and were left out."""
    bad: tuple[str, ...] = ()
    """What is wrong with the first of them, with file and line."""
    odd: tuple[str, ...] = ()
    """What was met and is read all the same: what it is, how often, and the first."""

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
    skip_bad: bool = False,
    strict: bool = False,
) -> list[Counts]:
    """Count the labels of a task in files, each of which is a split, or in a task's folder.

    A folder of a word task is one text of many files, in the order of their names; where names tell
    splits, each of these. Without files: in `n` texts of each split of the built-in language.
    Streams files of word tasks. `skip_bad` leaves out texts that cannot be read, and counts them;
    `strict` takes oddities for such. Raises UserError for unknown names and bad files, and where
    labels of one file are of another layer than those of the first.
    """
    files = [Path(path).expanduser() for path in paths]
    found = word_task(task, files[0] if files else None, format)
    if found is None:
        folders: list[Path | None] = [*files] or [None]
        return [
            counts
            for one in folders
            for counts in _whole(task, one, n, seed, language, skip_bad, strict)
        ]
    if not files:
        return [
            _words(found, from_language(found.layers, n, seed, split, language), split, seed)
            for split in BUILTIN
        ]
    counted = []
    layer_of: dict[str, str] = {}
    for path in chain.from_iterable(corpora(found, path, format) for path in files):
        reading = Reading(skip_bad, strict)
        reading.layer_of = layer_of
        corpus = find_texts(found, path, format, reading)
        counts = _words(found, corpus.texts, path.name, seed, reading)
        counted.append(replace(counts, guessed=corpus.guessed))
    return counted


def _words(
    task: WordTask,
    texts: Iterable[Annotated],
    split: str,
    seed: int,
    reading: Reading | None = None,
) -> Counts:
    reading = reading_of(reading)
    n_texts = n_words = 0
    classes: Counter[str] = Counter()
    numbers: list[float] = []
    for text, targets in labelled(task, texts, seed, reading):
        n_texts += 1
        n_words += len(text.words)
        for target in targets:
            if isinstance(target.label, str):
                classes[target.label] += 1
            else:
                numbers.append(target.label)
    if not n_texts:
        raise reading.nothing(Path(split), "texts")
    return replace(
        _counts(split, n_texts, n_words, classes, numbers),
        layer=reading.layer_of.get(task.name, ""),
        n_bad=reading.n_bad,
        bad=tuple(reading.bad),
        odd=reading.oddities,
    )


def _whole(
    name: str,
    folder: Path | None,
    n: int,
    seed: int,
    language: Language | None,
    skip_bad: bool,
    strict: bool,
) -> list[Counts]:
    reading = Reading(skip_bad, strict)
    task = whole_task(name, folder, n, seed, language, reading)
    where = "" if folder is None else f"{folder.name}/"
    splits = [_split(task, task.train, f"{where}train"), _split(task, task.dev, f"{where}dev")]
    if folder is not None and folder.is_file() and not task.dev:
        splits = [_split(task, task.train, folder.name)]
    # What was met is told of all splits at once, and shown beside the first.
    first = replace(splits[0], n_bad=task.n_dropped, bad=tuple(reading.bad), odd=reading.oddities)
    return [first, *splits[1:]]


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
