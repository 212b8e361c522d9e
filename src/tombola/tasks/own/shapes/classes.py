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
    Sentence,
    missing,
    number,
    sentence,
    short,
)
from tombola.text.examples import SentenceExample

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

    def read(self, row: Cut, asked: Asked) -> tuple[Sentence, str]:
        """Text, pair and name of the class."""
        name = class_name(row.answer, asked, row.where)
        return sentence(row, asked.columns), name

    def made(self, splits: Mapping[str, Sequence[tuple[Sentence, str]]], asked: Asked) -> Made:
        """Ids in the order of the classes' names."""
        labels = ordered((name for rows in splits.values() for _, name in rows), asked)
        ids = {name: i for i, name in enumerate(labels)}
        found = {
            split: tuple(SentenceExample(*said, ids[name]) for said, name in rows)
            for split, rows in splits.items()
        }
        return Made(found, labels, "accuracy")


def class_name(value: Any, asked: Asked, where: str) -> str:
    """The name of a class.

    Raises UserError for no label, a hidden one, a number unnamed, and one that is not among the
    classes that the user, or else the data, declare.
    """
    column = asked.columns.label
    name = _name(value, column, asked.names, where)
    declared = asked.columns.classes or asked.names
    if declared is not None and name not in declared:
        allowed = ", ".join(declared)
        said = f"{where}: {column}: label {short(name)}; the classes are: {allowed}"
        raise UserError(said[:300])
    return name


def _name(value: Any, column: str | None, names: tuple[str, ...] | None, where: str) -> str:
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
