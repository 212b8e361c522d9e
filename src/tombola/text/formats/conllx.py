"""CoNLL-X, ten columns of a dependency treebank (Buchholz & Marsi 2006, table 1)."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated, Arc
from tombola.text.formats.checks import (
    NOTHING,
    check_tree,
    check_words,
    head_position,
    is_layer,
    layer,
    split_cells,
)
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

N_COLUMNS = (10, 8, 6, 5)
"""All; without the last two; without a tree; word and tags alone."""
TAG = 4


def read_conllx(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, one at a time.

    Columns: id, form, lemma, coarse tag, tag, features, head, relation, and two of a projective
    tree, which are not read. A sentence may do without the last columns, as parsers write it: the
    projective tree, the tree, the features. Lines that begin with `#` are comments; words begin
    with their number. A sentence may have several roots, as in many treebanks of the shared task. A
    column that is `_` in all words makes no layer; of tags that is decided for the whole file.
    Raises UserError with file and line where a head points nowhere or heads go round in a circle,
    where words are not numbered from 1, and where there is none.
    """
    reading = reading_of(reading)
    tagged = is_layer(path, TAG, "the tag", reading)
    return reading.texts(path, _blocks(path), partial(_sentence, path, tagged))


def _blocks(path: Path) -> Iterator[list[tuple[int, str]]]:
    for block in read_blocks(path):
        rows = [(number, line) for number, line in block if not line.startswith("#")]
        if rows:
            yield rows


def _sentence(path: Path, tagged: bool, rows: list[tuple[int, str]]) -> Annotated:
    numbers = [number for number, _ in rows]
    n_columns = rows[0][1].count("\t") + 1
    if n_columns not in N_COLUMNS:
        raise UserError(f"{path}:{numbers[0]}: {n_columns} columns, expected 10 (or 8, 6, 5)")
    cells = [split_cells(path, number, line, n_columns, "\t") for number, line in rows]
    for i, (number, row) in enumerate(zip(numbers, cells, strict=True)):
        if row[0] != str(i + 1):
            raise UserError(f"{path}:{number}: word {row[0][:20]!r}, expected {i + 1}")
        if not row[1].strip():
            raise UserError(f"{path}:{number}: a word without a form")
    _, forms, lemmas, _, tags, *further = zip(*cells, strict=True)
    check_words(f"{path}:{numbers[0]}", forms)
    has_tree = n_columns >= 8 and layer(further[1]) is not None
    return Annotated(
        words=forms,
        where=f"{path}:{numbers[0]}",
        lemmas=layer(lemmas),
        tags=tags if tagged else None,
        arcs=_arcs(path, numbers, heads=further[1], relations=further[2]) if has_tree else None,
    )


def _arcs(
    path: Path, numbers: list[int], heads: tuple[str, ...], relations: tuple[str, ...]
) -> tuple[Arc, ...]:
    positions = []
    for number, cell in zip(numbers, heads, strict=True):
        position = head_position(cell, len(heads))
        if position is None:
            said = f"head {cell[:20]!r} points nowhere, expected 0 to {len(heads)}"
            raise UserError(f"{path}:{number}: {said}")
        positions.append(position)
    check_tree(path, numbers, positions, many_roots=True)
    return tuple(map(Arc, range(len(heads)), positions, relations))


def _looks(sample: Sample) -> Sure:
    rows = [cells for cells in sample.tabbed if not cells[0].startswith("#")]
    if not most(rows, lambda cells: len(cells) in N_COLUMNS and cells[0].isdecimal()):
        return Sure.NO
    arcs = most(
        rows, lambda cells: len(cells) >= 8 and (cells[6].isdecimal() or cells[6] == NOTHING)
    )
    return Sure.LIKELY if arcs else Sure.FITS


FORMATS.add(
    Format(
        name="conllx",
        about="CoNLL-X: ten columns of a dependency treebank",
        endings=(".conllx", ".conll", ".dep"),
        carries=("lemmas", "tags", "arcs"),
        read=read_conllx,
        looks=_looks,
        instead_of="conllu",
    )
)
