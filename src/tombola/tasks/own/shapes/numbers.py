"""A sentence or a pair, and a score."""

from collections.abc import Mapping, Sequence

from tombola.errors import UserError
from tombola.tasks.own.shapes.shape import SHAPES, Asked, Cut, Made, number, sentence, short
from tombola.text.examples import SentenceExample

OF_SCORES = ("pearson", "spearman")
"""Metrics that say that labels are scores."""


class Numbers:
    """Labels are numbers."""

    name = "regression"

    def fits(self, rows: Sequence[Cut], asked: Asked) -> bool:
        """Where the metric is of scores, or some labels have a fraction."""
        if asked.columns.target is not None or not isinstance(rows[0].text, str):
            return False
        return are_scores(rows, asked)

    def read(self, row: Cut, asked: Asked) -> SentenceExample:
        """Text, pair and number."""
        score = number(row.answer)
        if score is None:
            said = f"a number was expected, not {short(row.answer)}"
            raise UserError(f"{row.where}: {asked.columns.label}: {said}")
        return SentenceExample(*sentence(row, asked.columns), score)

    def made(self, splits: Mapping[str, Sequence[SentenceExample]], asked: Asked) -> Made:
        """Numbers as they are."""
        return Made({split: tuple(rows) for split, rows in splits.items()}, None, "pearson")


def are_scores(rows: Sequence[Cut], asked: Asked) -> bool:
    """Whether labels are scores: by the metric, or all are numbers and some have a fraction."""
    if asked.metric in OF_SCORES:
        return True
    if asked.names is not None or asked.columns.classes is not None or asked.metric is not None:
        return False
    numbers = [number(row.answer) for row in rows]
    return None not in numbers and any(x is not None and not x.is_integer() for x in numbers)


SHAPES.add(Numbers())
