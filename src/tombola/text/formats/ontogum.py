"""OntoGUM: coreference of the GUM corpus by the rules of OntoNotes, in three columns.

Zhu, Pradhan & Zeldes 2021. Columns, tab-separated: the position in the document from 0, the word,
coreference brackets or `_`. The format has no sentences; GUM's own coreference files look alike.
A few rows of the published files have a position and no word; they are left out.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import check_words
from tombola.text.formats.documents import Document, begins_document, read_documents
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.mentions import EMPTY, clusters
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.reading import Reading, reading_of


def read_ontogum(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The documents of a file, plain or gzipped. Raises UserError with file and line."""
    reading = reading_of(reading)
    yield from reading.each(read_documents(path, reading), partial(_document, path))


def _document(path: Path, document: Document) -> Annotated:
    begin, name, sentences = document
    words = []
    cells = []
    expected = 0
    for number, line in (row for sentence in sentences for row in sentence):
        where = f"{path}:{number}"
        columns = line.split("\t")
        if len(columns) != 3:
            raise UserError(f"{where}: {len(columns)} columns, expected 3")
        position, word, cell = columns
        if position != str(expected):
            raise UserError(f"{where}: word {position[:20]!r}, expected {expected}")
        expected += 1
        if not word.strip():
            if cell not in EMPTY:
                raise UserError(f"{where}: brackets {cell[:40]!r} on a row without a word")
            continue
        words.append(word)
        cells.append((where, cell))
    check_words(f"{path}:{begin}", words)
    return Annotated(
        words=tuple(words), where=f"{path}:{begin}", name=name, clusters=clusters(cells)
    )


def _looks(sample: Sample) -> Sure:
    rows = [cells for cells in sample.tabbed if not cells[0].startswith("#")]
    three = most(rows, lambda cells: len(cells) == 3 and cells[0].isdecimal())
    return Sure.MARKED if three and begins_document(sample) else Sure.NO


FORMATS.add(
    Format(
        name="ontogum",
        about="coreference of GUM documents in three columns",
        endings=(".conll",),
        carries=("clusters",),
        read=read_ontogum,
        looks=_looks,
    )
)
