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

    def read(self, row: Cut, asked: Asked) -> TranslationExample:
        """Both texts as they stand."""
        columns = asked.columns
        return TranslationExample(
            as_text(row.text, columns.text, row.where),
            as_text(row.answer, columns.target, row.where),
        )

    def made(self, splits: Mapping[str, Sequence[TranslationExample]], asked: Asked) -> Made:
        """Scored by BLEU."""
        return Made({split: tuple(rows) for split, rows in splits.items()}, None, "bleu")


SHAPES.add(Translations())
