"""What a file holds, found out by reading all of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.tasks.data.counts import count_data
from tombola.tasks.data.source import word_task
from tombola.tasks.words.read import formats_for, labelled
from tombola.tasks.words.task import WORD_TASKS, Target, WordTask
from tombola.text.annotated import Annotated
from tombola.text.formats import FORMATS
from tombola.text.formats.corpus import all_files, read_corpus
from tombola.text.formats.guess import NAMED, Guess, guesses, named_format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.glue.layouts import GLUE
from tombola.text.reading import Reading

NOT_LAYERS = ("words", "where", "name")
LAYERS = tuple(each.name for each in fields(Annotated) if each.name not in NOT_LAYERS)


@dataclass(frozen=True)
class Checked:
    """A corpus as one format reads it."""

    path: str
    format: str
    sure: str
    """How sure the format is; empty where it was named."""
    n_texts: int
    n_words: int
    longest: int
    """Words of the longest text."""
    layers: dict[str, int]
    """Texts that carry each layer, of those that any carries."""
    tasks: dict[str, int]
    """Targets of each task that every text carries something for."""
    labels: dict[str, int]
    """Different labels of those tasks, where they are classes."""
    n_bad: int = 0
    """Texts that cannot be read."""
    bad: tuple[str, ...] = ()
    """What is wrong with the first of them, with file and line."""
    odd: tuple[str, ...] = ()
    """What was met and is read all the same: what it is, how often, and the first."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return vars(self).copy()


def check_data(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    task: str | None = None,
    seed: int = 0,
    strict: bool = False,
) -> list[Checked]:
    """Read all of a file or folder, and say what it holds, and all that is wrong with it.

    Without a format, the surest are tried: what the content tells, and of formats that fit equally
    those of the file's ending. With `task`, only those that carry it, and its targets are derived
    as well. A folder is checked as that of a task by reading both of its splits, else as one text
    of many files. `strict` takes oddities for errors. Raises UserError where nothing tells a
    format, where a file is no text or empty, and where a task is none of words.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise UserError(f"{path}: no such file")
    chosen = None if task is None else word_task(task, path, format)
    if task is not None and chosen is None:
        return _whole(task, path, seed, strict)
    tasks = list(WORD_TASKS.values()) if chosen is None else [chosen]
    tried = _formats(path, format, chosen)
    found = [_read(path, each, tasks, chosen is not None, seed, strict) for each in tried]
    good = [one for one in found if not one.n_bad]
    return good or found


def _formats(path: Path, name: str | None, task: WordTask | None) -> list[Guess]:
    """What is tried. Raises UserError where nothing is told."""
    if name is not None:
        return [Guess(named_format(name), Sure.NO, False)]
    able = list(FORMATS.values()) if task is None else formats_for(task)
    files = all_files(path) if path.is_dir() else [path]
    for file in files:
        if found := guesses(file, able):
            return found
    names = ", ".join(sorted(each.name for each in able))
    others = guesses(files[0]) if task is not None else []
    said = f" (looks like {' or '.join(each.format.name for each in others)})" if others else ""
    raise UserError(
        f"{path}: it tells no format{said}{_sentences(files[0])}; name one of: {names}{NAMED}"
    )


def _sentences(path: Path) -> str:
    """A hint where a file has the header of a table of sentences."""
    header = Sample.of(path).lines[0].split("\t")
    names = [name for name, each in GLUE.items() if set(each.columns) <= set(header)]
    if not names:
        return ""
    return f" of words; its header is that of {' or '.join(names)}: name the task, and its folder"


def _read(
    path: Path, guess: Guess, tasks: Sequence[WordTask], demanded: bool, seed: int, strict: bool
) -> Checked:
    reading = Reading(skip=True, strict=strict)
    held = _Held()
    try:
        for text in read_corpus(guess.format, path, reading):
            held.add(text)
            for task in tasks:
                if demanded or any(getattr(text, layer) is not None for layer in task.layers):
                    for _, targets in labelled(task, (text,), seed, reading):
                        held.label(task, targets)
    except UserError as problem:  # of the file, or that nothing of it can be read
        if held.n_texts or not reading.n_bad:
            reading.refuse(problem)
    whole = [task for task in tasks if held.carried[task.name] == held.n_texts > 0]
    return Checked(
        path=str(path),
        format=guess.format.name,
        sure="" if guess.sure is Sure.NO else str(guess.sure),
        n_texts=held.n_texts,
        n_words=held.n_words,
        longest=held.longest,
        layers={layer: held.layers[layer] for layer in LAYERS if held.layers[layer]},
        tasks={task.name: held.targets[task.name] for task in whole},
        labels={task.name: len(held.labels[task.name]) for task in whole if not task.numbers},
        n_bad=reading.n_bad,
        bad=tuple(reading.bad),
        odd=reading.oddities,
    )


class _Held:
    """What the texts hold that were read so far."""

    def __init__(self) -> None:
        self.n_texts = self.n_words = self.longest = 0
        self.layers: Counter[str] = Counter()
        self.targets: Counter[str] = Counter()
        self.carried: Counter[str] = Counter()
        self.labels: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, text: Annotated) -> None:
        self.n_texts += 1
        self.n_words += len(text.words)
        self.longest = max(self.longest, len(text.words))
        self.layers.update(layer for layer in LAYERS if getattr(text, layer) is not None)

    def label(self, task: WordTask, targets: Sequence[Target]) -> None:
        self.carried[task.name] += 1
        self.targets[task.name] += len(targets)
        if not task.numbers:
            self.labels[task.name].update(str(target.label) for target in targets)


def _whole(task: str, folder: Path, seed: int, strict: bool) -> list[Checked]:
    """Both splits of a task's folder."""
    return [
        Checked(
            path=str(folder),
            format=f"{task} {counts.split}",
            sure="",
            n_texts=counts.n_texts,
            n_words=counts.n_words,
            longest=0,
            layers={},
            tasks={task: counts.n_targets} if counts.n_targets else {},
            labels={task: len(counts.labels)} if counts.labels else {},
            n_bad=counts.n_bad,
            bad=counts.bad,
            odd=counts.odd,
        )
        for counts in count_data(task, [folder], seed=seed, skip_bad=True, strict=strict)
    ]
