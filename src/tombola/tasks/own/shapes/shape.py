"""What a shape is: how rows become examples of one kind of task."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.tasks.own.columns import Columns
from tombola.text.examples import Example

Sentence = tuple[str, str | None]
"""A text, and the one that is paired with it."""
SHOWN = 40
"""Characters of a wrong cell that a message repeats."""


class Cut(NamedTuple):
    """The cells of a row that a task is made of, as they stand."""

    where: str
    text: Any
    pair: Any
    answer: Any
    """The label, or the translation."""


@dataclass(frozen=True)
class Asked:
    """What a user says of their data, besides the data."""

    columns: Columns
    metric: str | None
    names: tuple[str, ...] | None
    """What the numbers of the label's column stand for, where the data say so."""


@dataclass(frozen=True)
class Made:
    """What becomes of the rows."""

    splits: Mapping[str, tuple[Example, ...]]
    labels: tuple[str, ...] | None
    metric: str
    """By which such a task is scored where the user names none."""


@runtime_checkable
class Shape(Protocol):
    """One short file in this folder, or in a plug-in, enters one."""

    @property
    def name(self) -> str:
        """The kind of task that it makes, a name in `TASK_KINDS`."""

    def fits(self, rows: Sequence[Cut], asked: Asked) -> bool:
        """Whether that is what rows are whose kind the user does not name."""

    def read(self, row: Cut, asked: Asked) -> Any:
        """What one row says, whatever the others do.

        Raises UserError for a row that is no example, and says where.
        """

    def made(self, splits: Mapping[str, Sequence[Any]], asked: Asked) -> Made:
        """Examples of each split, of what `read` made of its rows."""


SHAPES: Registry[Shape] = Registry("kind of own task", "tombola.tasks.own.shapes")
"""Shapes by the kind of task that they make."""


def missing(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def sentence(row: Cut, columns: Columns) -> Sentence:
    """A sentence or a pair. Raises UserError where one of them is no text."""
    text = as_text(row.text, columns.text, row.where)
    pair = None if columns.pair is None else as_text(row.pair, columns.pair, row.where)
    return text, pair


def as_text(value: Any, column: str | None, where: str) -> str:
    """A cell of text. Raises UserError where there is none."""
    if not isinstance(value, str) or not value.strip():
        said = "is empty" if missing(value) or isinstance(value, str) else f"is {short(value)}"
        raise UserError(f"{where}: {column}: text was expected, and it {said}")
    return value


def short(value: Any) -> str:
    """A cell as a message repeats it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def number(value: Any) -> float | None:
    """A cell as a finite number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
