"""Words, and a tag for each of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tombola.errors import UserError
from tombola.tasks.own.shapes.classes import class_name, ordered
from tombola.tasks.own.shapes.shape import SHAPES, Asked, Cut, Made, short
from tombola.text.examples import TaggedSentence

_OF_SPANS = re.compile(r"O|[BI]-.+")


class Tags:
    """Rows hold a list of words and one of tags, or both as text with blanks between."""

    name = "tagging"

    def fits(self, rows: Sequence[Cut], asked: Asked) -> bool:
        """Where texts are lists."""
        return asked.columns.target is None and not isinstance(rows[0].text, str)

    def read(self, row: Cut, asked: Asked) -> TaggedSentence:
        """Words, and as many tags."""
        columns = asked.columns
        words = _listed(row.text, columns.text, row.where)
        tags = _listed(row.answer, columns.label, row.where)
        if len(words) != len(tags):
            raise UserError(f"{row.where}: {len(words)} words and {len(tags)} labels")
        for word in words:
            if not isinstance(word, str) or not word.strip():
                raise UserError(f"{row.where}: {columns.text}: {short(word)} is no word")
        return TaggedSentence(
            tuple(words), tuple(class_name(tag, asked, row.where) for tag in tags)
        )

    def made(self, splits: Mapping[str, Sequence[TaggedSentence]], asked: Asked) -> Made:
        """Scored as spans where all tags are such (O, B-x, I-x), else by accuracy."""
        found = {split: tuple(rows) for split, rows in splits.items()}
        used = {tag for sentences in found.values() for one in sentences for tag in one.tags}
        labels = ordered(used, asked)
        spans = "O" in used and len(used) > 1 and all(_OF_SPANS.fullmatch(tag) for tag in used)
        return Made(found, labels, "span_f1" if spans else "accuracy")


def _listed(value: Any, column: str | None, where: str) -> list[Any]:
    """A list, or what stands between blanks. Raises UserError where there is nothing."""
    if isinstance(value, str):
        value = value.split()
    found = list(value) if hasattr(value, "__iter__") else []
    if not found:
        raise UserError(f"{where}: {column}: a list was expected, of at least one word")
    return found


SHAPES.add(Tags())
