"""CoNLL-2012: OntoNotes 5.0 with coreference, parse trees and names.

Pradhan et al. 2012, section 4. Columns, separated by spaces: document, part, word number in its
sentence from 0, word, part of speech, bit of the parse, lemma of a predicate, frameset, sense,
speaker, bit of a name, one column per predicate, coreference brackets.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated, LabelledSpan, Tree
from tombola.text.formats.checks import cells_of, check_words
from tombola.text.formats.documents import Document, Line, begins_document, read_documents
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.mentions import clusters
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.reading import Reading, reading_of

NUMBER, WORD, TAG, PARSE, NAME = 2, 3, 4, 5, 10
N_COLUMNS = 12
"""Of a sentence without a predicate."""

NOT_FILLED_IN = "[WORD]"
"""What stands for every word where the words, which are licensed apart, were not filled in."""

SPELLINGS = {
    "/.": ".", "/?": "?",
    "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}",
}  # fmt: skip
"""Words as the files spell them, and as they were written. The first two are the published rule."""

_PARSE_BIT = re.compile(r"(?P<opened>(?:\([^()*]*)*)\*(?P<closed>\)*)")
_NAME_BIT = re.compile(r"(?:\((?P<label>[^()*]+))?\*?(?P<closed>\))?")
_NOT_ANNOTATED = {"-", "_", ""}
_NOTHING = {*_NOT_ANNOTATED, "*"}

Row = tuple[str, list[str]]
"""Where a word is, and its columns."""


def read_conll2012(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The documents of a file (`*_conll`), plain or gzipped, each part of a text as one document.

    Raises UserError with file and line where the file is not of this format.
    """
    reading = reading_of(reading)
    yield from reading.each(read_documents(path, reading), partial(_document, path))


def _document(path: Path, document: Document) -> Annotated:
    begin, name, sentences = document
    rows = [_rows(path, sentence) for sentence in sentences]
    together = [row for sentence in rows for row in sentence]
    ends = list(accumulate(map(len, rows)))
    return Annotated(
        words=_words(together),
        where=f"{path}:{begin}",
        name=name,
        sentences=tuple(zip([0, *ends[:-1]], ends, strict=True)),
        tags=_tags(together),
        names=_names(together),
        clusters=clusters((where, cells[-1]) for where, cells in together),
    )


def read_conll2012_sentences(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a file, one by one, with their parse trees and without coreference.

    Raises UserError as `read_conll2012` does.
    """
    reading = reading_of(reading)
    numbered = (
        (None if name is None else f"{name}, sentence {i}", sentence)
        for _, name, sentences in read_documents(path, reading)
        for i, sentence in enumerate(sentences)
    )
    yield from reading.each(numbered, partial(_sentence, path))


def _sentence(path: Path, sentence: tuple[str | None, list[Line]]) -> Annotated:
    name, lines = sentence
    rows = _rows(path, lines)
    return Annotated(
        words=_words(rows),
        where=rows[0][0],
        name=name,
        tags=_tags(rows),
        tree=_tree(rows),
        names=_names(rows),
    )


def _rows(path: Path, sentence: list[Line]) -> list[Row]:
    rows: list[Row] = []
    for number, line in sentence:
        where = f"{path}:{number}"
        # Some write tabs: then the last cell may be empty, where no mention begins or ends.
        cells = cells_of(line)
        if len(cells) < N_COLUMNS:
            raise UserError(f"{where}: {len(cells)} columns, expected {N_COLUMNS} or more")
        if rows and len(cells) != len(rows[0][1]):
            raise UserError(f"{where}: {len(cells)} columns, {len(rows[0][1])} in the row before")
        if cells[NUMBER] != str(len(rows)):
            raise UserError(f"{where}: word {cells[NUMBER][:20]!r}, expected {len(rows)}")
        if cells[WORD] == NOT_FILLED_IN:
            raise UserError(f"{where}: {NOT_FILLED_IN} for a word: fill the words in first")
        rows.append((where, cells))
    return rows


def _words(rows: Sequence[Row]) -> tuple[str, ...]:
    check_words(rows[0][0], [cells[WORD] for _, cells in rows])
    return tuple(SPELLINGS.get(cells[WORD], cells[WORD]) for _, cells in rows)


def _tags(rows: Sequence[Row]) -> tuple[str, ...] | None:
    tags = tuple(cells[TAG] for _, cells in rows)
    return None if set(tags) <= _NOT_ANNOTATED else tags


def _names(rows: Sequence[Row]) -> tuple[LabelledSpan, ...] | None:
    """The names; None where not even `*` says that there is none."""
    if {cells[NAME] for _, cells in rows} <= _NOT_ANNOTATED:
        return None
    names = []
    opened: tuple[int, str, str] | None = None
    for i, (where, cells) in enumerate(rows):
        cell = cells[NAME]
        if cell in _NOTHING:
            continue
        bit = _NAME_BIT.fullmatch(cell)
        if bit is None or (bit["label"] and opened):
            raise UserError(f"{where}: {cell[:40]!r} where a bit of a name was expected")
        if bit["label"]:
            opened = i, bit["label"], where
        if bit["closed"]:
            if not opened:
                raise UserError(f"{where}: {cell[:40]!r} ends a name that has not begun")
            names.append(LabelledSpan(opened[0], i + 1, opened[1]))
            opened = None
    if opened:
        raise UserError(f"{opened[2]}: a name ({opened[1][:40]!r}) that never ends")
    return tuple(names)


def _tree(rows: Sequence[Row]) -> Tree | None:
    """The tree whose bits stand in a column, without the `TOP` around it; None without any."""
    if all(cells[PARSE] in _NOTHING for _, cells in rows):
        return None
    # Each open constituent with its children so far; the first is what stands around everything.
    opened: list[tuple[str, list[Tree | int]]] = [("", [])]
    for i, (where, cells) in enumerate(rows):
        bit = _PARSE_BIT.fullmatch(cells[PARSE])
        if bit is None:
            raise UserError(f"{where}: {cells[PARSE][:40]!r} where a bit of a parse was expected")
        if i and len(opened) == 1:
            raise UserError(f"{where}: a word outside of the tree of its sentence")
        opened += ((label, []) for label in bit["opened"].split("(")[1:])
        opened[-1][1].append(i)
        if len(bit["closed"]) >= len(opened):
            raise UserError(f"{where}: {cells[PARSE][:40]!r} closes more brackets than are open")
        for _ in bit["closed"]:
            label, children = opened.pop()
            opened[-1][1].append(Tree(label, tuple(children)))
    if len(opened) > 1:
        raise UserError(f"{rows[-1][0]}: {len(opened) - 1} open brackets at the end of a sentence")
    (tree,) = opened[0][1]
    if not isinstance(tree, Tree):
        raise UserError(f"{rows[0][0]}: a word outside of the tree of its sentence")
    match tree:
        case Tree("TOP" | "", (Tree() as below,)):
            return below
    return tree


def _looks(sample: Sample) -> Sure:
    rows = [cells for cells in sample.cells if not cells[0].startswith("#")]
    many = most(rows, lambda cells: len(cells) >= N_COLUMNS - 1)
    return Sure.MARKED if many and begins_document(sample) else Sure.NO


FORMATS.add(
    Format(
        name="conll2012",
        about="OntoNotes documents with coreference, as in CoNLL-2012",
        endings=("_conll",),
        carries=("sentences", "tags", "names", "clusters"),
        read=read_conll2012,
        looks=_looks,
        instead_of="conll2012-sentences",
    )
)
FORMATS.add(
    Format(
        name="conll2012-sentences",
        about="OntoNotes sentences with parse trees, from the same files",
        endings=("_conll",),
        carries=("tags", "tree", "names"),
        read=read_conll2012_sentences,
        looks=_looks,
    )
)
