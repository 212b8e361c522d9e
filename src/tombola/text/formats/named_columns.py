"""A word per line and its labels in columns that the user names: `columns:words,_,names`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import cells_of, check_words, layer
from tombola.text.formats.columns import (
    CHUNKS,
    DOCUMENT,
    Columns,
    Numbers,
    kinds,
    numbered,
    read_correct,
    read_spans,
)
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import MOST, Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

TAGS = ("lemmas", "tags", "universal_tags", "supertags", "semantic_tags")
"""Layers of a label for each word."""
SPANS = ("names", "chunks", "conjuncts")
"""Layers of spans, as tags of any scheme write them: BIO, IOB1, BIOES, BILOU."""
WORDS = "words"
CORRECT = "correct"
PASSED = "_"
"""A column that is not read."""
ANY = "..."
"""Any number of columns that are not read."""

ALLOWED = (WORDS, *TAGS, *SPANS, CORRECT, PASSED, ANY)
USUAL = (WORDS, ANY, "names")
"""Where the user names none: the word first, the tag of its name last."""


def read_named(
    path: Path, reading: Reading | None = None, layout: tuple[str, ...] = USUAL
) -> Iterator[Annotated]:
    """The sentences of a file whose columns stand between tabs, where there are tabs, or spaces.

    `layout` says what each column is: a field of `Annotated`, `_` for what is passed over, `...`
    for any number of such. Lines of `-DOCSTART-`, and lines that begin with `#` and have not the
    columns of a word, are skipped. A column of nothing but `_` is no layer. Raises UserError with
    file and line for other columns, and for what is no label of its layer.
    """
    reading = reading_of(reading)
    return reading.texts(path, read_blocks(path), partial(_sentence, path, layout, reading))


def _sentence(
    path: Path, layout: tuple[str, ...], reading: Reading, block: list[tuple[int, str]]
) -> Annotated | None:
    numbers: Numbers = []
    rows: list[list[str]] = []
    for number, line in block:
        cells = cells_of(line, None if ANY in layout else len(layout))
        chosen = _chosen(cells, layout)
        comment = line.startswith("#") and (chosen is None or cells[0].startswith("# "))
        if comment or cells[0] == DOCUMENT:
            continue
        if chosen is None:
            n = f"{len(layout) - 1} or more" if ANY in layout else str(len(layout))
            raise UserError(f"{path}:{number}: {len(cells)} columns, expected {n}")
        if not all(cell.strip() for cell in chosen):
            raise UserError(f"{path}:{number}: an empty column")
        numbers.append(number)
        rows.append(chosen)
    return _annotated(path, layout, reading, numbers, rows) if rows else None


def _chosen(cells: list[str], layout: tuple[str, ...]) -> list[str] | None:
    """The cells that are read; None where the line has other columns."""
    if ANY in layout:
        at = layout.index(ANY)
        n_after = len(layout) - at - 1
        if len(cells) < at + n_after:
            return None
        cells = [*cells[:at], ANY, *cells[len(cells) - n_after :]]
    if len(cells) != len(layout):
        return None
    return [cell for cell, name in zip(cells, layout, strict=True) if name not in (PASSED, ANY)]


def _annotated(
    path: Path, layout: tuple[str, ...], reading: Reading, numbers: Numbers, rows: list[list[str]]
) -> Annotated:
    names = [name for name in layout if name not in (PASSED, ANY)]
    columns: Columns = list(zip(*rows, strict=True))
    found = dict(zip(names, columns, strict=True))
    words = found.pop(WORDS)
    where = f"{path}:{numbers[0]}"
    check_words(where, words)
    if layout is USUAL and len(words) > 1 and words == tuple(map(str, range(1, len(words) + 1))):
        raise UserError(f"{where}: the first column counts the words: name columns, as columns:_,…")
    places = [f"{path}:{number}" for number in numbers]
    correct = read_correct(path, numbers, found.pop(CORRECT)) if CORRECT in found else None
    return Annotated(words, where, correct=correct, **layers_of(places, found, reading))


def layers_of(
    places: Sequence[str], columns: Mapping[str, tuple[str, ...]], reading: Reading
) -> dict[str, Any]:
    """Fields of `Annotated` from the columns of their labels or tags, by name.

    `places` say where each word is. Raises UserError for what is no tag of a span.
    """
    spans = {
        name: read_spans(places, column, "BIO", reading)
        for name, column in columns.items()
        if name in SPANS
    }
    return {**spans, **{name: layer(columns[name]) for name in TAGS if name in columns}}


def _named(given: str) -> Format:
    layout = tuple(name.strip() for name in given.split(","))
    for name in layout:
        if name not in ALLOWED:
            raise UserError(f"columns: {name[:20]!r}; allowed: {', '.join(ALLOWED)}")
        if layout.count(name) > 1 and name != PASSED:
            raise UserError(f"columns: {name!r} is named twice")
    if WORDS not in layout or not set(layout) & {*TAGS, *SPANS, CORRECT}:
        raise UserError(f"columns: {given[:60]!r} names no words, or nothing that is said of them")
    return _format(f"columns:{given}", layout)


def _looks(sample: Sample) -> Sure:
    lines = [cells_of(line) for line in sample.lines if not line.startswith("#")]
    rows = [cells for cells in lines if cells[0] != DOCUMENT]
    tags = [cells[-1] for cells in rows if len(cells) > 1]
    found = kinds(tags) if len(tags) >= MOST * len(rows) else None
    if not found or numbered(rows) or most(found, CHUNKS.__contains__):
        return Sure.NO
    as_2003 = len(lines) == len(sample.lines) and most(rows, lambda cells: len(cells) == 4)
    return Sure.FITS if as_2003 else Sure.LIKELY


def _format(name: str, layout: tuple[str, ...]) -> Format:
    return Format(
        name=name,
        about="a word per line, columns as you name them: columns:words,_,names",
        endings=(".txt", ".conll", ".bio", ".iob", ".iob2", ".tsv"),
        carries=tuple(each for each in layout if each not in (WORDS, PASSED, ANY)),
        read=partial(read_named, layout=layout),
        looks=_looks,
        named=_named,
    )


FORMATS.add(_format("columns", USUAL))
