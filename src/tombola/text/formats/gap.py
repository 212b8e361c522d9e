"""GAP: which of two names an ambiguous pronoun refers to.

Webster et al. 2018. Tab-separated with a header: ID, Text, Pronoun, Pronoun-offset, A, A-offset,
A-coref, B, B-offset, B-coref, URL; offsets are characters of the text. The text is not split into
words; see `split`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated, Link, Span
from tombola.text.formats.checks import UniqueIds, split_cells
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of

COLUMNS = (
    "ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref",
    "B", "B-offset", "B-coref", "URL",
)  # fmt: skip
MENTIONS = ("Pronoun", "A", "B")

# GAP writes * for each letter beyond ASCII: "Calder*n" and "Jos*" are words.
_WORD = re.compile(r"['’]s\b|\*?\w+(?:(?:-|\*+|['’](?!s\b))\w+)*\*?|``|''|-{2,}|\S")


def read_gap(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """One document per row of a TSV file, plain or gzipped, with its two links.

    Raises UserError with file and line where a mention does not stand at its offset, two mentions
    overlap, or a label is neither TRUE nor FALSE.
    """
    reading = reading_of(reading)
    lines = read_lines(path)
    for _, header in lines:
        if tuple(header.split("\t")) != COLUMNS:
            raise UserError(f"{path}:1: header {header[:80]!r}, expected {', '.join(COLUMNS)}")
        break
    else:
        raise UserError(f"{path}: empty file, expected a header line")
    ids = UniqueIds(path, reading, "documents")

    def document(numbered: tuple[int, str]) -> Annotated:
        number, line = numbered
        row = dict(zip(COLUMNS, split_cells(path, number, line, len(COLUMNS), "\t"), strict=True))
        ids.add(row["ID"], number)
        return _document(row, f"{path}:{number}")

    yield from reading.texts(path, lines, document, "examples")


def split(text: str, cuts: frozenset[int] = frozenset()) -> list[Span]:
    """Characters of each word of a text: from its first to before the second number.

    Letters and digits stay together, also over hyphens, apostrophes (`don't`) and stars within, but
    a possessive `'s` is a word of its own; quotation marks and dashes of several characters are one
    word, any other character is one by itself. A word is cut in two at each of `cuts`.
    """
    spans: list[Span] = []
    for word in _WORD.finditer(text):
        start, end = word.span()
        within = sorted(cut for cut in cuts if start < cut < end)
        spans += zip([start, *within], [*within, end], strict=True)
    return spans


def _document(row: dict[str, str], where: str) -> Annotated:
    text, at = _mentions(row, where)
    spans = split(text, frozenset(edge for span in at.values() for edge in span))
    words = {
        name: (
            sum(end <= first for _, end in spans),
            sum(start < last for start, _ in spans),
        )
        for name, (first, last) in at.items()
    }
    for name, (start, end) in words.items():
        if start == end:
            raise UserError(f"{where}: {name} {row[name][:40]!r} holds no word")
    pronoun = words["Pronoun"]
    links = []
    for name in ("A", "B"):
        if row[f"{name}-coref"] not in ("TRUE", "FALSE"):
            label = row[f"{name}-coref"]
            raise UserError(f"{where}: {name}-coref {label[:20]!r}; allowed: TRUE, FALSE")
        if words[name][0] < pronoun[1] and pronoun[0] < words[name][1]:
            raise UserError(f"{where}: {name} and the pronoun overlap")
        earlier, later = sorted((words[name], pronoun))
        links.append(Link(later, earlier, row[f"{name}-coref"] == "TRUE"))
    same = [span for link in links if link.same for span in (link.later, link.earlier)]
    return Annotated(
        words=tuple(text[start:end] for start, end in spans),
        where=where,
        name=row["ID"],
        clusters=(tuple(sorted(set(same))),) if same else (),
        links=tuple(sorted(links)),
    )


def _mentions(row: dict[str, str], where: str) -> tuple[str, dict[str, Span]]:
    """The text, and where its characters hold each mention."""
    at = {}
    for name in MENTIONS:
        offset = row[f"{name}-offset"]
        if not (offset.isascii() and offset.isdigit()):
            raise UserError(f"{where}: {name}-offset {offset[:20]!r}; a number was expected")
        at[name] = int(offset[:9]), int(offset[:9]) + len(row[name])
    text = row["Text"]
    if text.startswith('"') and text.endswith('"') and not _all_there(text, row, at):
        # Written as CSV is: then offsets count the characters between the quotation marks.
        text = text[1:-1].replace('""', '"')
    for name, (start, end) in at.items():
        if not row[name].strip() or text[start:end] != row[name]:
            found, expected = text[start:end][:40], row[name][:40]
            raise UserError(f"{where}: {name} {expected!r} at {start}, where {found!r} stands")
    return text, at


def _all_there(text: str, row: dict[str, str], at: dict[str, Span]) -> bool:
    return all(text[start:end] == row[name] for name, (start, end) in at.items())


def _looks(sample: Sample) -> Sure:
    return Sure.MARKED if tuple(sample.lines[0].split("\t")) == COLUMNS else Sure.NO


FORMATS.add(
    Format(
        name="gap",
        about="GAP: a pronoun and two names, one document per row",
        endings=("gap-development.tsv", "gap-validation.tsv", "gap-test.tsv"),
        carries=("clusters", "links"),
        read=read_gap,
        looks=_looks,
    )
)
