"""Event factuality in the unified form of Stanovsky et al. 2017: FactBank, MEANTIME, UW alike.

Columns between tabs: the word's number from 0, the word, how certain it is that it happened (-3 to
3) or `_`, tag, head (a number from 0; the root is its own), relation, lemma.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import ROOT, Annotated, Arc
from tombola.text.formats.checks import (
    NOTHING,
    check_tree,
    check_words,
    head_position,
    layer,
    split_cells,
)
from tombola.text.formats.factuality import HIGHEST, LOWEST, events
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

N_COLUMNS = 7


def read_unified(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, with events, tags, lemmas and dependencies.

    Raises UserError with file and line for other columns, words not numbered from 0, what is no
    number from -3 to 3, and heads that make no tree.
    """
    return reading_of(reading).texts(path, read_blocks(path), partial(_sentence, path))


def _sentence(path: Path, block: list[tuple[int, str]]) -> Annotated:
    rows = [split_cells(path, number, line, N_COLUMNS, "\t") for number, line in block]
    numbers = [number for number, _ in block]
    where = f"{path}:{numbers[0]}"
    for i, (number, row) in enumerate(zip(numbers, rows, strict=True)):
        if row[0] != str(i):
            raise UserError(f"{path}:{number}: word {row[0][:20]!r}, expected {i}")
    _, words, values, tags, heads, relations, lemmas = zip(*rows, strict=True)
    check_words(where, words)
    judged = [
        (i, _number(value, f"{path}:{number}"))
        for i, (number, value) in enumerate(zip(numbers, values, strict=True))
        if value != NOTHING
    ]
    return Annotated(
        words=words,
        where=where,
        lemmas=layer(lemmas),
        tags=layer(tags),
        arcs=None if layer(heads) is None else _arcs(path, numbers, heads, relations),
        events=events(judged, words, where),
    )


def _number(cell: str, where: str) -> float:
    try:
        return float(cell)
    except ValueError:
        said = f"allowed: {LOWEST:g} to {HIGHEST:g}, or {NOTHING}"
        raise UserError(f"{where}: factuality {cell[:20]!r}; {said}") from None


def _arcs(
    path: Path, numbers: list[int], heads: tuple[str, ...], relations: tuple[str, ...]
) -> tuple[Arc, ...]:
    found = []
    for i, (number, cell) in enumerate(zip(numbers, heads, strict=True)):
        head = head_position(cell, len(heads) - 1)
        if head is None:
            raise UserError(f"{path}:{number}: head {cell[:20]!r} is no word of the sentence")
        found.append(ROOT if head + 1 == i else head + 1)
    check_tree(path, numbers, found, many_roots=True)
    return tuple(map(Arc, range(len(heads)), found, relations))


def _looks(sample: Sample) -> Sure:
    def is_value(cell: str) -> bool:
        try:
            return cell == NOTHING or LOWEST <= float(cell) <= HIGHEST
        except ValueError:
            return False

    def is_row(cells: list[str]) -> bool:
        numbers = len(cells) == N_COLUMNS and cells[0].isdecimal() and cells[4].isdecimal()
        return numbers and is_value(cells[2])

    begins = sample.tabbed[:1] and sample.tabbed[0][0] == "0"
    return Sure.LIKELY if begins and most(sample.tabbed, is_row) else Sure.NO


FORMATS.add(
    Format(
        name="factuality-unified",
        about="event factuality in the unified form of Stanovsky et al. 2017, seven columns",
        endings=(".conll",),
        carries=("lemmas", "tags", "arcs", "events"),
        read=read_unified,
        looks=_looks,
    )
)
