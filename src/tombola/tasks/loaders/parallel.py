"""Translation: text in two languages, line by line."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.tasks.task import TASKS, Reads, Task, sample
from tombola.text.examples import Example, TranslationExample
from tombola.text.lines import check_folder
from tombola.text.moses import Moses, MosesPair
from tombola.text.pairs import beside, read_pairs
from tombola.text.reading import Reading, reading_of
from tombola.text.streamed import Streamed, gathered

DEV_NAMES = ("dev", "val", "valid", "validation")
"""What the dev split may be called."""

_DIRECTION = re.compile(r"([A-Za-z_]+)-([A-Za-z_]+)")
_NAME = re.compile(f"translation-{_DIRECTION.pattern}")


def load_translation(
    folder: Path,
    source: str,
    target: str,
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
    reading: Reading | None = None,
) -> Task:
    """Translation from one language into another, given by the endings of their files.

    The folder holds `train.SOURCE` and `train.TARGET`, and the same for `dev`, `val`, `valid` or
    `validation`, plain or gzipped; the dev split may be a test set of WMT (`dev-src.de.sgm` and
    `dev-ref.en.sgm`, or `dev.xml` with both). With `n_train` or `n_dev`, that many pairs drawn by
    `seed`, in the file's order. Training pairs are held in memory where they are few, and else read
    when asked for. A `reading` says what is done about pairs that are none. Raises UserError as
    `read_pairs` does, and where a file is missing.
    """
    reading = reading_of(reading)
    holds = f"train.{source} and train.{target}"
    folder = check_folder(folder, "translation", holds)
    dev = next((name for name in DEV_NAMES if _file(folder, name, source)), None)
    if dev is None:
        wanted = ", ".join(f"{name}.{source}" for name in DEV_NAMES)
        raise UserError(f"{folder}: no dev split: expected one of {wanted} (or .gz)")
    splits = []
    for split, n in (("train", n_train), (dev, n_dev)):
        paths = [_file(folder, split, language) for language in (source, target)]
        for path, language in zip(paths, (source, target), strict=True):
            if path is None:
                raise UserError(f"{folder / f'{split}.{language}'}: no such file (nor .gz)")
        one, other = (path for path in paths if path is not None)
        pairs = gathered(_reader(one, other, reading), str(one))
        splits.append(sample(pairs, n, seed, f"translation {split}"))
    return Task(
        name=f"translation-{source}-{target}",
        kind="translation",
        labels=None,
        metric="bleu",
        train=splits[0],
        dev=tuple(splits[1]),
    )


def _reader(one: Path, other: Path, reading: Reading) -> Callable[[], Iterator[TranslationExample]]:
    """What reads pairs as often as it is called; what is met is told of the first time alone."""
    first = iter((reading,))
    target = None if one == other else other
    return lambda: read_pairs(one, target, next(first, None) or reading.again())


def in_moses(task: Task, moses: Moses) -> Task:
    """The same translations, read and written as Moses tokenises them.

    Raises UserError for a task that is not of two languages in files.
    """
    found = _NAME.fullmatch(task.name)
    if found is None:
        raise UserError(f"task {task.name!r}: moses is for translation from files")
    codes = (found[1].partition("_")[0], found[2].partition("_")[0])

    def pair(example: Any) -> MosesPair:
        return MosesPair(example.source, example.target, codes, moses)

    def changed(split: Sequence[Example]) -> Sequence[Example]:
        return split.each(pair) if isinstance(split, Streamed) else tuple(map(pair, split))

    return replace(task, train=changed(task.train), dev=changed(task.dev))


def languages(folder: Path) -> tuple[str, ...]:
    """The endings of a folder's training files, sorted: `("de", "en")`."""
    names = (path.name.removesuffix(".gz") for path in folder.glob("train.*"))
    return tuple(sorted({name.removeprefix("train.") for name in names}))


def _file(folder: Path, split: str, language: str) -> Path | None:
    for path in (folder / f"{split}.{language}", folder / f"{split}.{language}.gz"):
        if path.exists():
            return path
    for pattern in (f"{split}*.{language}.sgm*", f"{split}.xml*"):
        for path in sorted(folder.glob(pattern)):
            return path
    return None


class Translation(Reads):
    """The task, from a folder whose name ends in the direction, which need not be there.

    `multi30k/de-en` is the folder multi30k, from German into English.
    """

    def read(
        self,
        folder: Path | None,
        n_train: int | None,
        n_dev: int | None,
        seed: int,
        reading: Reading,
    ) -> Task:
        """By a reading's policy."""
        return _load(folder, n_train, n_dev, seed, reading)

    def read_file(self, path: Path, reading: Reading) -> Task:
        """One file of a pair, with the other beside it, as all there is of the task."""
        pairs = tuple(read_pairs(*beside(path), reading))
        return Task("translation", "translation", None, "bleu", pairs, ())


TASKS.register("translation")(Translation())


def _load(
    folder: Path | None, n_train: int | None, n_dev: int | None, seed: int, reading: Reading
) -> Task:
    holds = "train.SOURCE and train.TARGET; name the direction after it: FOLDER/SOURCE-TARGET"
    if folder is None:
        raise UserError(f"task 'translation' needs a folder that holds {holds}")
    direction = _DIRECTION.fullmatch(folder.name)
    place = folder if folder.is_dir() or direction is None else folder.parent
    found = languages(check_folder(place, "translation", holds))
    if direction is not None and set(direction.groups()) <= set(found):
        return load_translation(place, direction[1], direction[2], n_train, n_dev, seed, reading)
    if len(found) < 2:
        raise UserError(f"{place}: no training files in two languages: expected {holds}")
    one, other = found[:2]
    raise UserError(
        f"{folder}: which way? {place} holds {', '.join(found)}: "
        f"say {place / f'{one}-{other}'} or {place / f'{other}-{one}'}"
    )
