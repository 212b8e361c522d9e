"""Plain text: passages without labels, for masked-language modelling."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Literal

from tombola.errors import UserError
from tombola.text.lines import read_lines

Unit = Literal["line", "paragraph"]
"""What a passage is: a line that is not blank, or lines up to a blank one, joined by a space."""


def read_plain(path: Path, unit: Unit = "line", headings: bool = True) -> Iterator[str]:
    """The passages of a file, plain or gzipped, without the white space around them; streams.

    Without `headings`, lines like WikiText's ` = = Career = = ` are left out. Lines may end in both
    ways: running text loses nothing by that. Raises UserError with file and line where the text is
    not UTF-8 or cannot be read, and where there is no passage.
    """
    found = False
    for passage in _paragraphs(path) if unit == "paragraph" else _lines(path):
        if passage and (headings or heading_level(passage) is None):
            found = True
            yield passage
    if not found:
        raise UserError(f"{path}: no text")


def heading_level(line: str) -> int | None:
    """How deep a heading of WikiText is: 1 for ` = Title = `, 2 for ` = = Part = = `; else None."""
    words = line.split()
    before = len(list(takewhile("=".__eq__, words)))
    after = len(list(takewhile("=".__eq__, reversed(words))))
    return before if 0 < before == after and 2 * before < len(words) else None


def _lines(path: Path) -> Iterator[str]:
    return (line.strip() for _, line in read_lines(path, mixed_ends=True))


def _paragraphs(path: Path) -> Iterator[str]:
    gathered: list[str] = []
    for line in _lines(path):
        if line:
            gathered.append(line)
        elif gathered:
            yield " ".join(gathered)
            gathered = []
    yield " ".join(gathered)
