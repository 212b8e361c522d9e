"""A sentence or a pair, and the name or number of a class."""

from collections.abc import Mapping, Sequence
from typing import Any

from tombola.errors import UserError
from tombola.tasks.own.shapes.numbers import are_scores
from tombola.tasks.own.shapes.shape import (
    SHAPES,
    Asked,
    Cut,
    Made,
    missing,
    number,
    sentence,
    short,
)

HIDDEN = -1
"""What stands for every label of a split whose labels are not published."""


class Classes:
    """Labels are classes: text, whole numbers, truth values."""

    name = "classification"

    def fits(self, rows: Sequence[Cut], asked: Asked) -> bool:
        """Where texts are texts, and labels no scores."""
        if asked.columns.target is not None or not isinstance(rows[0].text, str):
            return False
        return not are_scores(rows, asked)

    def made(self, splits: Mapping[str, Sequence[Cut]], asked: Asked) -> Made:
        """Ids in the order of the classes' names."""
        columns = asked.columns
        said = {
            split: [class_name(row.answer, columns.label, asked.names, row.where) for row in rows]
            for split, rows in splits.items()
        }
        labels = ordered((name for names in said.values() for name in names), asked)
        ids = {name: i for i, name in enumerate(labels)}
        found = {}
        for split, rows in splits.items():
            examples = []
            for row, name in zip(rows, said[split], strict=True):
                if name not in ids:
                    allowed = ", ".join(labels)
                    raise UserError(f"{row.where}: label {short(name)}; the classes are: {allowed}")
                examples.append(sentence(row, columns, ids[name]))
            found[split] = tuple(examples)
        return Made(found, labels, "accuracy")


def class_name(value: Any, column: str | None, names: tuple[str, ...] | None, where: str) -> str:
    """The name of a class. Raises UserError for no label, a hidden one, and a number unnamed."""
    if missing(value):
        raise UserError(f"{where}: {column}: no label")
    if names is not None and value in names:
        return str(value)
    as_number = number(value)
    if names is not None and as_number is not None and not isinstance(value, str):
        if as_number == HIDDEN:
            raise UserError(f"{where}: {column}: -1: the labels of this split are hidden")
        if as_number in range(len(names)):
            return names[int(as_number)]
        shown = ", ".join(f"{i} is {name}" for i, name in enumerate(names))
        raise UserError(f"{where}: {column}: label {short(value)}; {shown}"[:300])
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a frame makes 1.0 of a 1 where others are missing
    if not isinstance(value, str | int | float | bool):
        raise UserError(f"{where}: {column}: {short(value)} is no label of a class")
    return str(value)


def ordered(found: Any, asked: Asked) -> tuple[str, ...]:
    """Classes as the user, or else the data, name them; else those that occur, sorted.

    Numbers are sorted as numbers. Declared classes keep their ids where some do not occur.
    """
    if asked.columns.classes is not None:
        return asked.columns.classes
    if asked.names is not None:
        return asked.names
    names = set(found)
    by_number = all(number(name) is not None for name in names)
    return tuple(sorted(names, key=float if by_number else str))


SHAPES.add(Classes())
