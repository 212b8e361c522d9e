"""CoNLL-U, the format of Universal Dependencies (universaldependencies.org/format)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.extras import extra
from tombola.text.annotated import Annotated, Arc
from tombola.text.formats.checks import (
    NOTHING,
    UniqueIds,
    check_tree,
    check_words,
    head_position,
    is_layer,
    layer,
    split_cells,
)
from tombola.text.formats.entities import Fields, Mention, Place, names, read_mentions
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

UPOS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN",
    "PUNCT", "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
"""The seventeen universal parts of speech (universaldependencies.org/u/pos)."""

COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
N_COLUMNS = len(COLUMNS)
Block = list[tuple[int, str]]
"""Numbered lines of one sentence."""
ALONE = "comments without a sentence"
PLUS = "global.columns"
"""The comment that names the columns of CoNLL-U Plus, at the beginning of a file."""

_NUMBERS = tuple(str(i + 1) for i in range(300))
_ARC = partial(tuple.__new__, Arc)
"""An arc of its three fields, as `Arc` makes one, without a call of Python's own for each."""
_UPOS = frozenset(UPOS)
_RENAMED = {"CONJ": "CCONJ"}
"""Parts of speech of version 1, which the Stanford converter still writes."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and what belongs to the document around it."""

    text: Annotated
    document: str | None
    """The id of the document that begins here, empty where it has none; None where none begins."""
    mentions: tuple[Mention, ...] | None
    """None where the file declares no entities, or those of the sentence cannot be read."""


@dataclass
class _State:
    """What later sentences of a file need of earlier ones."""

    path: Path
    reading: Reading
    ids: UniqueIds
    fields: Fields | None = None
    columns: tuple[str, ...] = COLUMNS
    has_tags: bool | None = None
    """None until it is asked."""
    document: str | None = None
    """Of a document that has begun, and none of whose sentences could be read so far."""


def read_conllu(
    path: Path, reading: Reading | None = None, universal: bool = False
) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, one at a time.

    Words are the syntactic words: the ranges of multiword tokens are checked and skipped, empty
    nodes and the enhanced arcs from or to them too. A column that is `_` in all words of a sentence
    makes no layer; whether the treebank has tags of its own is decided for the whole file
    (`checks.is_layer`), which is read for it before; with `universal` they are not looked at. CONJ,
    as version 1 has it, is read as CCONJ. Columns may be those that `# global.columns` names
    (CoNLL-U Plus). Names come from entity brackets where a comment declares them
    (`entities.names`); brackets and enhanced arcs that cannot be read are noted, and absent.
    Raises UserError with file and line where the file is not CoNLL-U, where heads make no tree with
    one root, where there are no words, and where there is no sentence.
    """
    found = (sentence.text for sentence in read_sentences(path, reading=reading))
    return (replace(text, tags=None) for text in found) if universal else found


def read_sentences(path: Path, reading: Reading | None = None) -> Iterator[Sentence]:
    """As `read_conllu`, with what belongs to documents."""
    reading = reading_of(reading)
    return reading.texts(path, read_blocks(path), sentence_reader(path, reading))


def sentence_reader(path: Path, reading: Reading) -> Callable[[Block], Sentence | None]:
    """What reads a sentence of a file from its numbered lines, one after the other in its order.

    It gives None for comments alone.
    """
    return partial(_sentence, _State(path, reading, ids=UniqueIds(path, reading)))


@dataclass(slots=True)
class _Rows:
    """The rows of one sentence's words."""

    cells: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    """Words and empty nodes, where entities are declared."""
    empty_nodes: set[str] = field(default_factory=set)
    range_end: int = 0
    range_line: int = 0


def _sentence(state: _State, block: Block) -> Sentence | None:
    path, first = state.path, block[0][0]
    name = None
    rows = _Rows()
    for number, line in block:
        if line[0] == "#":
            if rows.cells:
                said = f"{path}:{number}: a comment within a sentence"
                state.reading.note("comments within a sentence", said)
            else:
                name = _comment(state, number, line) or name
            continue
        cells = _cells(state, number, line)
        n = len(rows.cells)
        if state.fields is not None and "-" not in cells[0]:
            rows.places.append(Place(n, n if "." in cells[0] else n + 1, number, cells[9]))
        if cells[0] == (_NUMBERS[n] if n < len(_NUMBERS) else str(n + 1)):
            if not cells[1] or cells[1].isspace():
                raise UserError(f"{path}:{number}: a word without a form")
            rows.cells.append(cells)
            rows.numbers.append(number)
        else:
            _no_word(path, number, cells[0], rows)
    if not rows.cells and block[-1][1][0] == "#":
        state.reading.note(ALONE, f"{path}:{first}: {ALONE}")
        return None
    if not rows.cells:
        raise UserError(f"{path}:{first}: a sentence without words")
    if rows.range_end > len(rows.cells):
        raise UserError(f"{path}:{rows.range_line}: a range up to a word that is not there")
    found = _annotated(state, rows, f"{path}:{first}", name)
    state.document = None
    return found


def _comment(state: _State, number: int, line: str) -> str | None:
    """Heed a comment before a sentence; the id where it gives one."""
    key, _, value = line[1:].partition("=")
    key, value = key.strip(), value.strip()
    where = f"{state.path}:{number}"
    if key == "sent_id":
        state.ids.add(value, number)
        return value
    if key in ("newdoc", "newdoc id"):
        state.document = value
    elif key == PLUS:
        state.columns = tuple(value.split())
        if not {"ID", "FORM"} <= set(state.columns):
            raise UserError(f"{where}: {PLUS} {value[:60]!r} names no ID and FORM")
    elif key == "global.Entity":
        state.fields = state.reading.layer(
            "entities of an unknown form", partial(Fields.declared, value, where)
        )
    return None


def _cells(state: _State, number: int, line: str) -> list[str]:
    """The ten columns of a line, `_` for those that CoNLL-U Plus has not."""
    if state.columns is COLUMNS:
        cells = line.split("\t")
        if len(cells) == N_COLUMNS:
            return cells
        return split_cells(state.path, number, line, N_COLUMNS, "\t", state.reading)
    cells = split_cells(state.path, number, line, len(state.columns), "\t")
    named = dict(zip(state.columns, cells, strict=True))
    return [named.get(column, NOTHING) for column in COLUMNS]


def _no_word(path: Path, number: int, cell: str, rows: _Rows) -> None:
    """Check the number of a multiword token or an empty node; raise for anything else."""
    # Only this column goes through conllu: its own split takes two spaces within a form for
    # a tab, and the other columns are plain text.
    with extra("data"):
        from conllu.exceptions import ParseException
        from conllu.parser import parse_id_value
    try:
        identity = parse_id_value(cell)
    except (ParseException, ValueError) as problem:
        raise UserError(f"{path}:{number}: {cell[:20]!r} is no number of a word") from problem
    n = len(rows.cells)
    match identity:
        case (int(start), "-", int(end)):
            if start != n + 1 or start <= rows.range_end or end <= start:
                raise UserError(f"{path}:{number}: range {cell!r}, expected it to start at {n + 1}")
            rows.range_end, rows.range_line = end, number
        case (int(word), ".", int()):
            if word != n or cell in rows.empty_nodes:
                raise UserError(f"{path}:{number}: empty node {cell!r} after word {n}")
            rows.empty_nodes.add(cell)
        case _:
            raise UserError(f"{path}:{number}: word {cell[:20]!r}, expected {n + 1}")


def _annotated(state: _State, rows: _Rows, where: str, name: str | None) -> Sentence:
    path, numbers, reading = state.path, rows.numbers, state.reading
    _, forms, lemmas, universal, tags, _, heads, labels, enhanced, _ = zip(*rows.cells, strict=True)
    check_words(where, forms)
    universal_tags = _universal_tags(path, numbers, universal)
    if state.has_tags is None:
        has = "XPOS" in state.columns
        state.has_tags = has and is_layer(path, state.columns.index("XPOS"), "XPOS", reading)
    positions = _heads(path, numbers, heads, labels)
    mentions, found = None, None
    if state.fields is not None:
        read = partial(read_mentions, path, rows.places, state.fields)
        listed = reading.layer("entity brackets that cannot be read", read)
        mentions = None if listed is None else tuple(listed)
        typed = mentions is not None and state.fields.kind is not None
        if typed and mentions is not None and positions is not None and universal_tags is not None:
            found = names(mentions, positions, universal_tags)
    further = None
    if layer(enhanced) is not None:
        read_arcs = partial(_enhanced, path, rows, enhanced)
        further = reading.layer("enhanced arcs that cannot be read", read_arcs)
    text = Annotated(
        words=forms,
        where=where,
        name=name,
        lemmas=layer(lemmas),
        universal_tags=universal_tags,
        tags=tags if state.has_tags else None,
        arcs=None if positions is None else _arcs(positions, labels),
        enhanced_arcs=further,
        names=found,
    )
    return Sentence(text, state.document, mentions)


def _universal_tags(
    path: Path, numbers: Sequence[int], column: tuple[str, ...]
) -> tuple[str, ...] | None:
    if _UPOS.issuperset(column):
        return column
    if layer(column) is None:
        return None
    column = tuple(_RENAMED.get(tag, tag) for tag in column)
    if _UPOS.issuperset(column):
        return column
    wrong = next(i for i, tag in enumerate(column) if tag not in _UPOS)
    said = f"part of speech {column[wrong]!r}; allowed: {', '.join(UPOS)}"
    raise UserError(f"{path}:{numbers[wrong]}: {said}")


def _heads(
    path: Path, numbers: Sequence[int], column: tuple[str, ...], labels: Sequence[str]
) -> list[int] | None:
    if layer(column) is None:
        return None
    n = len(column)
    heads = []
    for i, cell in enumerate(column):
        head = head_position(cell, n)
        if head is None:
            said = f"head {cell[:20]!r} points nowhere, expected 0 to {n}"
            raise UserError(f"{path}:{numbers[i]}: {said}")
        if labels[i] in ("", NOTHING):
            raise UserError(f"{path}:{numbers[i]}: a head without a relation")
        heads.append(head)
    check_tree(path, numbers, heads, many_roots=False)
    return heads


def _arcs(heads: Sequence[int], labels: Sequence[str]) -> tuple[Arc, ...]:
    return tuple(map(_ARC, zip(range(len(heads)), heads, labels, strict=True)))


def _enhanced(path: Path, rows: _Rows, column: Sequence[str]) -> tuple[Arc, ...]:
    n = len(column)
    found = []
    for i, cell in enumerate(column):
        if cell == NOTHING:
            continue
        for pair in cell.split("|"):
            node, _, label = pair.partition(":")
            head = head_position(node, n)
            if not label or (head is None and node not in rows.empty_nodes):
                said = f"enhanced arc {pair[:20]!r}, expected HEAD:RELATION of a head that is there"
                raise UserError(f"{path}:{rows.numbers[i]}: {said}")
            if head is not None:
                found.append((i, head, label))
    return tuple(map(_ARC, found))


def looks_like_conllu(sample: Sample) -> Sure:
    """By comments of Universal Dependencies, ten columns, and universal parts of speech."""
    if any(line[1:].split("=")[0].strip() == PLUS for line in sample.comments):
        return Sure.MARKED
    if not most(sample.tabbed, lambda cells: len(cells) == N_COLUMNS and cells[0][:1].isdigit()):
        return Sure.NO
    marks = ("sent_id", "text", "newdoc", "newpar", "newdoc id")
    if any(line[1:].split("=")[0].strip() in marks for line in sample.comments):
        return Sure.MARKED
    tags = [cells[3] for cells in sample.tabbed if len(cells) > 3 and cells[3] != NOTHING]
    universal = most(tags, lambda tag: tag in _UPOS or tag in _RENAMED)
    return Sure.LIKELY if universal else Sure.FITS


FORMATS.add(
    Format(
        name="conllu",
        about="CoNLL-U and CoNLL-U Plus: Universal Dependencies, names from entity brackets",
        endings=(".conllu", ".conllup"),
        carries=("lemmas", "universal_tags", "tags", "arcs", "enhanced_arcs", "names"),
        read=read_conllu,
        looks=looks_like_conllu,
    )
)
FORMATS.add(
    Format(
        name="conllu-upos",
        about="CoNLL-U with the universal parts of speech, whether or not there are others",
        endings=(),
        carries=("lemmas", "universal_tags", "arcs", "enhanced_arcs", "names"),
        read=partial(read_conllu, universal=True),
    )
)
