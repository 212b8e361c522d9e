"""Word tasks among all other tasks: from a folder, or of the built-in language."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tombola.errors import UserError, allowed_for
from tombola.language.knobs import Language
from tombola.tasks.task import Task, sample
from tombola.tasks.words.builtin import DEV, TEST, TRAIN, load_builtin_words
from tombola.tasks.words.data import WordData, load_words
from tombola.tasks.words.read import formats_for
from tombola.tasks.words.task import WORD_TASKS, Labelled, Target, WordTask
from tombola.text.formats.format import Format
from tombola.text.formats.guess import guesses, named_format
from tombola.text.lines import check_folder
from tombola.text.reading import Reading, reading_of

SPLITS = {
    "train": re.compile(r"train"),
    "dev": re.compile(r"dev|testa|(?<![a-z])val"),
    "test": re.compile(r"test(?!a)"),
}
"""What the name of a split's file holds."""


def load_word_task(
    name: str,
    folder: Path | None = None,
    n_train: int | None = None,
    n_dev: int | None = None,
    n_test: int | None = None,
    seed: int = 0,
    language: Language | None = None,
    format: str | None = None,  # noqa: A002 — the word that users know
    files: Mapping[str, Path] | None = None,
    reading: Reading | None = None,
) -> Task:
    """A word task as a `Task` of kind `words`; of the built-in language without text to read.

    Text is in `files` by split (train, dev, test), or in a folder, which holds a file for each
    split, or a folder of files, whose name says which it is: `train`; `dev`, `valid` or `testa`;
    `test` or `testb`. Other files are passed over where neither their content nor their ending is
    of the format. `reading` says what is done about texts that cannot be read. Without a test file
    dev is scored, without a dev file test; of a single file, every fifth text. Numbers draw so many
    texts by `seed`, which also draws the negatives of arcs and coreference.

    Raises UserError as `load_words` does, and where no or several files could be a split.
    """
    task = WORD_TASKS[name]
    if folder is None and files is None:
        if format is not None:
            raise UserError(f"task {name!r}: format {format} without a folder to read")
        found = load_builtin_words(
            task, n_train or TRAIN, n_dev or DEV, n_test or TEST, seed, language
        )
        return as_task(found)
    if language is not None:
        raise UserError(f"task {name!r}: a language is of made text, and here text is read")
    found_files = (
        _named(name, files)
        if folder is None
        else _files(task, check_folder(folder, name, "a file for each split"), format)
    )
    train, dev, test = (found_files.get(split) for split in SPLITS)
    if dev is None:
        dev, test, n_dev = test, None, n_dev if n_dev is not None else n_test
    assert train is not None  # `_files` saw to it
    reading = reading_of(reading)
    data = load_words(task, train, dev, test, format, seed, unseen="union", reading=reading)
    numbers = (n_train, n_dev, n_test)
    splits = [
        None if texts is None else tuple(sample(texts, n, seed, str(file)))
        for texts, n, file in zip(
            (data.train, data.dev, data.test), numbers, (train, dev or train, test), strict=True
        )
    ]
    assert splits[0] is not None
    assert splits[1] is not None
    made = as_task(WordData(task, data.labels, splits[0], splits[1], splits[2]))
    return replace(made, n_dropped=reading.n_bad, notes=reading.said)


OF_WORDS = ("words", "tagging")
"""Kinds of tasks that a probe may be asked of: `as_words` takes them."""


def as_task(data: WordData) -> Task:
    """The same among all other tasks. Raises UserError for a metric that its answers have not."""
    task = data.task
    if task.metric not in task.metrics:
        allowed = ", ".join(task.metrics)
        raise UserError(f"task {task.name}: has no metric {task.metric!r}; allowed: {allowed}")
    return Task(task.name, "words", data.labels, task.metric, data.train, data.dev, test=data.test)


def as_words(task: Task) -> WordData:
    """What a probe may be asked of a task: of words, or of tags, each word with its own.

    Raises UserError for other tasks, and for tags that are scored as spans.
    """
    if task.kind == "words":
        return WordData(WORD_TASKS[task.name], task.labels, task.train, task.dev, task.test)  # type: ignore[arg-type]  # by its kind
    if task.kind != "tagging":
        raise UserError(f"task {task.name}: a probe needs labels of words; this is {task.kind}")
    if task.metric != "accuracy":
        raise UserError(f"task {task.name}: tags are probed by accuracy, not {task.metric}")
    made = [
        tuple(
            Labelled(each.words, _targets(each.words, each.tags, i), f"sentence {i}")  # type: ignore[attr-defined]  # by its kind
            for i, each in enumerate(split, 1)
        )
        for split in (task.train, task.dev)
    ]
    return WordData(WORD_TASKS["pos"], task.labels, made[0], made[1], None)


def _targets(words: tuple[str, ...], tags: tuple[str, ...], number: int) -> tuple[Target, ...]:
    if len(words) != len(tags):
        raise UserError(f"sentence {number} has {len(words)} words and {len(tags)} tags")
    return tuple(Target((i,), tag) for i, tag in enumerate(tags))


def _files(task: WordTask, folder: Path, form: str | None) -> dict[str, Path]:
    """The file of each split. Raises UserError where train, or both others, are missing."""
    found = split_files(task, folder, form)
    if "train" not in found or len(found) < 2:
        wanted = f"file of {task.name!r} with `train` in its name, and one with `dev` or `test`"
        ends = sorted({ending for each in _able(task, form) for ending in each.endings})
        usual = f" (usually ending in {', '.join(ends)})" if ends else ""
        raise UserError(f"{folder}: expected a {wanted}{usual}; found: {_names(found)}")
    return found


def split_files(task: WordTask, folder: Path, form: str | None) -> dict[str, Path]:
    """What a folder holds of each split: a file, or a folder of files, whose name tells which.

    Files are those whose content is of a format that the task is read from; of two, the one whose
    ending is. Of a format that is named, any file may be. Raises UserError where two could be one
    split.
    """
    able = _able(task, form)
    ends = tuple(ending for each in able for ending in each.endings)
    named: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if split := split_of(path.name.removesuffix(".gz").lower()):
            named.setdefault(split, []).append(path)
    found: dict[str, Path] = {}
    for split, paths in named.items():
        known = [path for path in paths if path.is_dir() or _is_of_any(path, able, ends)]
        known = known or (paths if form is not None else [])
        usual = [path for path in known if path.name.removesuffix(".gz").lower().endswith(ends)]
        chosen = usual or known
        if len(chosen) > 1:
            both = f"{chosen[0].name} and {chosen[1].name}"
            raise UserError(f"{folder}: {both} could both be the {split} text; name a format")
        if chosen:
            found[split] = chosen[0]
    return found


def _able(task: WordTask, form: str | None) -> list[Format]:
    return formats_for(task) if form is None else [named_format(form)]


def _is_of_any(path: Path, able: list[Format], ends: tuple[str, ...]) -> bool:
    """By its content; by its ending where the content tells nothing at all."""
    try:
        if guesses(path, able):
            return True
        return path.name.removesuffix(".gz").lower().endswith(ends) and not guesses(path)
    except UserError:  # no text
        return False


def split_of(name: str) -> str | None:
    """The one split that a file's name tells; the later where it tells two (`train-dev`)."""
    ends = {
        split: max((match.end() for match in mark.finditer(name)), default=-1)
        for split, mark in SPLITS.items()
    }
    best = max(ends, key=lambda split: ends[split])
    return best if ends[best] >= 0 else None


def _named(task: str, files: Mapping[str, Path] | None) -> dict[str, Path]:
    """Files that a user named. Raises UserError for other splits, and where one is missing."""
    found = dict(files or {})
    for split in found:
        if split not in SPLITS:
            raise UserError(f"task {task!r}: no split {split!r}; {allowed_for(split, SPLITS)}")
    if "train" not in found:
        raise UserError(f"task {task!r}: a file of train is needed, and one of dev or test if any")
    return found


def _names(found: dict[str, Path]) -> str:
    return ", ".join(path.name for path in found.values()) or "none"
