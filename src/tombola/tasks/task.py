"""A task: what a model learns from and what it is scored on."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.results import Record, Result
from tombola.tasks.kinds.kind import TASK_KINDS, Searches, TaskKind
from tombola.tasks.search import Search
from tombola.text.examples import Example
from tombola.text.reading import Reading
from tombola.text.streamed import Streamed

T = TypeVar("T")
SHOWN = 5
"""Examples that a printed task shows."""
MOST = 10_000_000
"""Examples of one split that can be asked for: their numbers are drawn in memory."""


@dataclass(frozen=True, repr=False)
class Task(Result):
    """Examples to learn from, examples to be scored on, and the metric of that score."""

    name: str
    kind: str
    """Name in `TASK_KINDS`."""
    labels: tuple[str, ...] | None
    """Names of the classes or tags, in the order of their ids; None where there are none."""
    metric: str
    """Name in `METRICS`."""
    train: Sequence[Example]
    dev: Sequence[Example]
    held: Sequence[Example] = ()
    """Examples set aside to choose settings and masks on; `dev` holds none of them."""
    n_dropped: int = 0
    """Texts of the files that were no example and were left out: where a published corpus is known
    to hold such rows (QQP), and where it was asked for."""
    test: Sequence[Example] | None = None
    """Examples of a third split, where a task is of words; dev then decides when a probe stops."""
    further: tuple[str, ...] = ()
    """Metrics whose scores are reported beside that of `metric`, by name."""
    search: Search | None = None
    """How answers are searched for; None for the way of the task's kind."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was met when its files were read, as lines for a person: what was left out, and what was
    odd."""

    def lines(self) -> tuple[str, ...]:
        """What is learned, on how much, and how it is scored."""
        splits = {s: getattr(self, s) for s in ("train", "dev", "held", "test")}
        sizes = ", ".join(f"{len(rows):,} {name}" for name, rows in splits.items() if rows)
        classes = "" if self.labels is None else f" of {len(self.labels)} labels"
        scored = ", ".join((self.metric, *self.further))
        return (f"{self.name}: {self.kind}{classes}, {sizes}, scored by {scored}",)

    def records(self) -> list[Record]:
        """A row for each example of train and dev: its text, and what is right."""
        return [
            {"split": name, "text": " | ".join(example.lines), "answer": example.answer}
            for name in ("train", "dev")
            for example in getattr(self, name)
        ]

    def printed(self) -> list[Record]:
        """The first examples that are scored."""
        return [{"text": " | ".join(e.lines), "answer": e.answer} for e in self.dev[:SHOWN]]

    def with_metric(self, name: str) -> "Task":
        """The same task, scored by another metric.

        Raises UserError for an unknown metric, and for one of ours that is not defined for the
        answers of this task; what a metric of a plug-in takes, its author knows.
        """
        return self.with_metrics((name,))

    def with_metrics(self, names: tuple[str, ...]) -> "Task":
        """The same task, scored by the first metric, with the scores of the others beside it.

        Raises UserError as `with_metric` does, and for none and for one that is named twice.
        """
        from tombola.tasks.metrics import METRICS  # takes a second to import

        if not names or len(set(names)) < len(names):
            raise UserError(f"task {self.name!r}: one metric or several different ones")
        defined = TASK_KINDS[self.kind].metrics(self)
        for name in names:
            if not METRICS.digest(name) and name not in defined:
                allowed = ", ".join(sorted(defined))
                raise UserError(f"task {self.name!r} has no {name}; its metrics: {allowed}")
        return replace(self, metric=names[0], further=names[1:])

    def searching(self, search: Search) -> "Task":
        """The same task, with answers that are searched for in this way.

        Raises UserError where its answers are not searched for: classes, numbers, tags.
        """
        if not isinstance(TASK_KINDS[self.kind], Searches):
            raise UserError(f"task {self.name!r}: search is for translations")
        return replace(self, search=search)

    @property
    def answering(self) -> TaskKind:
        """The task's kind, as its answers are searched for."""
        kind = TASK_KINDS[self.kind]
        if self.search is None or not isinstance(kind, Searches):
            return kind
        return kind.searching(self.search)

    def holding(self, share: float, seed: int = 0) -> "Task":
        """The same task with a share of its dev examples set aside, drawn by `seed`.

        Raises UserError where one of the two parts would be empty.
        """
        n = round(share * len(self.dev))
        if not 0 < n < len(self.dev):
            raise UserError(
                f"task {self.name!r}: a share of {share} of {len(self.dev)} dev examples "
                "leaves nothing on one side"
            )
        chosen = set(drawn(len(self.dev), n, f"held/{seed}"))
        held = tuple(example for i, example in enumerate(self.dev) if i in chosen)
        rest = tuple(example for i, example in enumerate(self.dev) if i not in chosen)
        return replace(self, dev=rest, held=held)

    @property
    def text(self) -> list[str]:
        """All text of the training split, line by line; of translations, both sides."""
        return [line for example in self.train for line in example.lines]

    @property
    def references(self) -> list[Any]:
        """The right answers of the dev split: labels, numbers, translations, or tags."""
        return [example.answer for example in self.dev]

    @property
    def scored(self) -> str:
        """Digest of the dev split alone, with the metric and the names of classes."""
        return replace(self, train=(), held=(), test=None).digest

    @cached_property
    def digest(self) -> str:
        """12 hexadecimal digits of all that determines the task: equal digests, equal examples."""
        digest = hashlib.blake2b(digest_size=6)
        digest.update(json.dumps([self.name, self.kind, self.labels, self.metric]).encode())
        more = [split for split in (self.held, self.test) if split]
        for split in (self.train, self.dev, *more):
            for example in split:
                told = [getattr(example, each.name) for each in fields(example) if each.compare]
                row = [type(example).__name__, *told]
                digest.update(json.dumps(row).encode() + b"\n")
            digest.update(b"\n")
        return digest.hexdigest()


class Loader(Protocol):
    """Makes a task from a folder, where it needs one, with as many examples as asked."""

    def __call__(
        self, *, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """Raise UserError where the folder, its files or the counts are not usable."""
        ...


@runtime_checkable
class FromFiles(Protocol):
    """A loader that may be given a file for each split."""

    def from_files(
        self, files: Mapping[str, Path], n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """Raise UserError where the files or the counts are not usable."""


@runtime_checkable
class Reads(Protocol):
    """A loader that is told what to do about examples that cannot be read."""

    def __call__(
        self, *, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int
    ) -> Task:
        """As `read`, which refuses what is bad."""
        return self.read(folder, n_train, n_dev, seed, Reading())

    def read(
        self,
        folder: Path | None,
        n_train: int | None,
        n_dev: int | None,
        seed: int,
        reading: Reading,
    ) -> Task:
        """Raise UserError as the loader does, by the reading's policy."""


@runtime_checkable
class ReadsFile(Protocol):
    """A loader that can read one file by itself, to be looked at."""

    def read_file(self, path: Path, reading: Reading) -> Task:
        """Its examples as the training split, and no other. Raises UserError where it is none."""


TASKS: Registry[Loader] = Registry("task", "tombola.tasks.loaders")
"""Every task by its name."""


def sample(examples: Sequence[T], n: int | None, seed: int, where: str) -> Sequence[T]:
    """`n` of the examples, drawn without replacement by `seed`, in their own order.

    All of them where `n` is None. Those that are not held in memory stay where they are. Raises
    UserError where there are fewer than `n`.
    """
    if n is None:
        return examples if isinstance(examples, Streamed) else tuple(examples)
    check_count(n, where)
    if n > len(examples):
        raise UserError(f"{where}: {n} examples asked for, there are {len(examples)}")
    places = drawn(len(examples), n, f"sample/{seed}")
    return (
        examples.at(places)
        if isinstance(examples, Streamed)
        else tuple(examples[i] for i in places)
    )


def drawn(n_all: int, n: int, seed: str) -> list[int]:
    """`n` of the numbers below `n_all`, drawn without replacement, in ascending order."""
    rng = random.Random(seed)  # a string is hashed by SHA-512: the same everywhere
    keys = [rng.random() for _ in range(n_all)]
    return sorted(sorted(range(n_all), key=keys.__getitem__)[:n])


def check_count(n: int, where: str) -> None:
    """Raise UserError unless `n` is a number of examples one can ask for."""
    if n < 1:
        raise UserError(f"{where}: {n} examples asked for, at least 1 is needed")
    if n > MOST:
        raise UserError(f"{where}: {n:,} examples asked for; at most {MOST:,} are possible")
