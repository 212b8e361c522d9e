"""A sentence, and its translation."""

from collections.abc import Mapping, Sequence

from tombola.tasks.own.shapes.shape import SHAPES, Asked, Cut, Made, as_text
from tombola.text.examples import TranslationExample


class Translations:
    """Two columns of text."""

    name = "translation"

    def fits(self, rows: Sequence[Cut], asked: Asked) -> bool:
        """Where a column of translations is named."""
        return asked.columns.target is not None

    def made(self, splits: Mapping[str, Sequence[Cut]], asked: Asked) -> Made:
        """Pairs as they stand."""
        columns = asked.columns
        found = {
            split: tuple(
                TranslationExample(
                    as_text(row.text, columns.text, row.where),
                    as_text(row.answer, columns.target, row.where),
                )
                for row in rows
            )
            for split, rows in splits.items()
        }
        return Made(found, None, "bleu")


SHAPES.add(Translations())
