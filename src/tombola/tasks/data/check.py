"""What a file holds, found out by reading all of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.tasks.data.counts import count_data
from tombola.tasks.data.source import word_task
from tombola.tasks.words.task import WORD_TASKS, WordTask
from tombola.text.annotated import Annotated
from tombola.text.formats import FORMATS, Format

NOT_LAYERS = ("words", "where", "name")
LAYERS = tuple(each.name for each in fields(Annotated) if each.name not in NOT_LAYERS)

MOST = 3
"""Errors told at once."""


@dataclass(frozen=True)
class Checked:
    """A file as one format reads it."""

    path: str
    format: str
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

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return vars(self).copy()


def check_data(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 — the word that users know
    task: str | None = None,
    seed: int = 0,
) -> list[Checked]:
    """Read all of a file, and say what it holds, for each format that can read it.

    Without a name, formats are tried by the file's ending, and all of them where it tells nothing.
    With `task`, only those that carry it, and its targets are derived as well. A folder is checked
    as that of a task by reading both of its splits. Raises UserError, with the first errors, where
    no format reads the file or a text has nothing for the task.
    """
    path = Path(path)
    if not path.exists():
        raise UserError(f"{path}: no such file")
    chosen = None if task is None else word_task(task, path)
    if task is not None and chosen is None:
        return _whole(task, path, seed)
    if path.is_dir():
        raise UserError(f"{path}: a folder; name the task whose files it holds")
    formats = [FORMATS[format]] if format is not None else _candidates(path, chosen)
    tasks = list(WORD_TASKS.values()) if chosen is None else [chosen]
    found: list[Checked] = []
    problems: list[str] = []
    for each in formats:
        try:
            found.append(_read(path, each, tasks, chosen is not None, seed))
        except UserError as problem:
            problems.append(f"{each.name}: {problem}" if len(formats) > 1 else str(problem))
    if not found:
        more = f"; and {len(problems) - MOST} more formats" if len(problems) > MOST else ""
        raise UserError("; ".join(problems[:MOST]) + more)
    return found


def _candidates(path: Path, task: WordTask | None) -> list[Format]:
    able = [
        each for each in FORMATS.values() if task is None or set(task.layers) & set(each.carries)
    ]
    name = path.name.removesuffix(".gz")
    return [each for each in able if name.endswith(each.endings)] or able


def _read(path: Path, each: Format, tasks: Sequence[WordTask], strict: bool, seed: int) -> Checked:
    n_texts = n_words = longest = 0
    layers: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    carried: Counter[str] = Counter()
    labels: dict[str, set[str]] = {}
    for text in each.read(path):
        n_texts += 1
        n_words += len(text.words)
        longest = max(longest, len(text.words))
        held = {layer for layer in LAYERS if getattr(text, layer) is not None}
        layers.update(held)
        for task in tasks:
            if strict or held & set(task.layers):
                carried[task.name] += 1
                found = task.derive(text, seed)
                targets[task.name] += len(found)
                if not task.numbers:
                    kinds = labels.setdefault(task.name, set())
                    kinds.update(str(target.label) for target in found)
    whole = [task.name for task in tasks if carried[task.name] == n_texts]
    return Checked(
        path=str(path),
        format=each.name,
        n_texts=n_texts,
        n_words=n_words,
        longest=longest,
        layers={layer: layers[layer] for layer in LAYERS if layers[layer]},
        tasks={name: targets[name] for name in whole},
        labels={name: len(labels[name]) for name in whole if name in labels},
    )


def _whole(task: str, folder: Path, seed: int) -> list[Checked]:
    """Both splits of a task's folder."""
    return [
        Checked(
            path=str(folder),
            format=f"{task} {counts.split}",
            n_texts=counts.n_texts,
            n_words=counts.n_words,
            longest=0,
            layers={},
            tasks={task: counts.n_targets},
            labels={task: len(counts.labels)},
        )
        for counts in count_data(task, [folder], seed=seed)
    ]
