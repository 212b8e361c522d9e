"""Broad-coverage semantic dependencies: the format of SemEval 2015, task 18.

Oepen et al. 2015, section 4. Columns: id, form, lemma, part of speech, top, predicate, frame; some
releases put the head and the label of a syntactic dependency before `top` (nine fixed columns).
One column per predicate follows: what the word is to that predicate, or `_`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated, Arc
from tombola.text.formats.checks import UniqueIds, check_tree, check_words, head_position, layer
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

PREDICATE = {7: 5, 9: 7}
"""Where the column of `+` and `-` for predicates is, by the number of fixed columns; the column of
`+` and `-` for tops is before it."""

Row = tuple[int, list[str]]


def read_sdp(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a `.sdp` file, plain or gzipped, with semantic arcs.

    Whether there are seven or nine fixed columns is found out from the first sentence: those of
    `+` and `-` decide. Tops are read and checked, and kept nowhere. Raises UserError with file and
    line where the file is none, or a word is its own argument.
    """
    reading = reading_of(reading)
    ids = UniqueIds(path, reading)
    fixed: int | None = None

    def sentence(block: list[tuple[int, str]]) -> Annotated | None:
        nonlocal fixed
        name, rows = _split(path, block, ids)
        if not rows:
            if fixed is not None:  # else it is the line `#SDP 2015`, set apart
                said = "comments without a sentence"
                reading.note(said, f"{path}:{block[0][0]}: {said}")
            return None
        fixed = fixed or _fixed_columns(path, rows)
        return _sentence(path, name, rows, fixed)

    return reading.texts(path, read_blocks(path), sentence)


def _split(
    path: Path, block: list[tuple[int, str]], ids: UniqueIds
) -> tuple[str | None, list[Row]]:
    name = None
    rows: list[Row] = []
    for number, line in block:
        # The first column of a word is a number, so that no word is taken for a comment.
        if not line.startswith("#"):
            rows.append((number, line.split("\t")))
        elif rows:
            raise UserError(f"{path}:{number}: a comment within a sentence (no blank line before)")
        elif not line.startswith("#SDP") and line[1:].strip():
            name = line[1:].split()[0]
            ids.add(name, number)
    return name, rows


def _fixed_columns(path: Path, rows: list[Row]) -> int:
    for fixed, predicate in PREDICATE.items():
        if all(
            len(cells) >= fixed and {cells[predicate - 1], cells[predicate]} <= {"+", "-"}
            for _, cells in rows
        ):
            return fixed
    raise UserError(
        f"{path}:{rows[0][0]}: expected + or - in columns 5 and 6 (seven fixed columns) "
        "or in columns 7 and 8 (nine)"
    )


def _sentence(path: Path, name: str | None, rows: list[Row], fixed: int) -> Annotated:
    flag = PREDICATE[fixed]
    # Counted first: each predicate is a column that every word must have.
    predicates = [
        i for i, (_, cells) in enumerate(rows) if len(cells) > flag and cells[flag] == "+"
    ]
    expected = fixed + len(predicates)
    arcs = []
    for i, (number, cells) in enumerate(rows):
        where = f"{path}:{number}"
        if len(cells) != expected:
            raise UserError(
                f"{where}: {len(cells)} columns, expected {expected} "
                f"({fixed} and one for each of {len(predicates)} predicates)"
            )
        if cells[0] != str(i + 1):
            raise UserError(f"{where}: word {cells[0][:20]!r}, expected {i + 1}")
        if not cells[1].strip():
            raise UserError(f"{where}: a word without a form")
        if not {cells[flag - 1], cells[flag]} <= {"+", "-"}:
            top, is_predicate = cells[flag - 1][:20], cells[flag][:20]
            raise UserError(f"{where}: top {top!r}, predicate {is_predicate!r}; + or -")
        for predicate, label in zip(predicates, cells[fixed:], strict=True):
            if label in ("_", ""):
                continue
            if predicate == i:
                raise UserError(f"{where}: a word that is its own argument ({label[:40]!r})")
            arcs.append(Arc(i, predicate, label))
    first = rows[0][0]
    check_words(f"{path}:{first}", _column(rows, 1))
    return Annotated(
        words=_column(rows, 1),
        where=f"{path}:{first}",
        name=name,
        lemmas=layer(_column(rows, 2)),
        tags=layer(_column(rows, 3)),
        arcs=_syntax(path, rows) if fixed == 9 else None,
        semantic_arcs=tuple(arcs),
    )


def _column(rows: Sequence[Row], i: int) -> tuple[str, ...]:
    return tuple(cells[i] for _, cells in rows)


def _syntax(path: Path, rows: list[Row]) -> tuple[Arc, ...]:
    heads = []
    for number, cells in rows:
        head = head_position(cells[4], len(rows))
        if head is None:
            said = f"head {cells[4][:20]!r} points nowhere, expected 0 to {len(rows)}"
            raise UserError(f"{path}:{number}: {said}")
        heads.append(head)
    # These columns were parsed by machine, which does not always leave one root.
    check_tree(path, [number for number, _ in rows], heads, many_roots=True)
    return tuple(map(Arc, range(len(rows)), heads, _column(rows, 5)))


def _looks(sample: Sample) -> Sure:
    if any(line.startswith("#SDP") for line in sample.comments):
        return Sure.MARKED

    def flagged(cells: list[str]) -> bool:
        return any(
            len(cells) >= fixed and {cells[flag - 1], cells[flag]} <= {"+", "-"}
            for fixed, flag in PREDICATE.items()
        )

    rows = [cells for cells in sample.tabbed if not cells[0].startswith("#")]
    return Sure.MARKED if most(rows, flagged) else Sure.NO


FORMATS.add(
    Format(
        name="sdp",
        about="semantic dependencies of SemEval 2015, seven or nine fixed columns",
        endings=(".sdp",),
        carries=("lemmas", "tags", "arcs", "semantic_arcs"),
        read=read_sdp,
        looks=_looks,
    )
)
