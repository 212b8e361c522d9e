"""CoNLL-U, the format of Universal Dependencies (universaldependencies.org/format)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conllu.exceptions import ParseException
from conllu.parser import parse_id_value

from tombola.errors import UserError
from tombola.text.annotated import ROOT, Annotated, Arc
from tombola.text.formats.checks import UniqueIds, check_tree, head_position, split_cells
from tombola.text.formats.entities import Fields, Mention, Place, names, read_mentions
from tombola.text.formats.format import FORMATS, Format
from tombola.text.lines import read_blocks

UPOS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN",
    "PUNCT", "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
"""The seventeen universal parts of speech (universaldependencies.org/u/pos)."""

N_COLUMNS = 10
NOTHING = "_"

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
    """None where the file declares no entities."""


@dataclass
class _State:
    """What later sentences of a file need of earlier ones."""

    path: Path
    ids: UniqueIds
    documents: UniqueIds
    fields: Fields | None = None
    has_tags: bool = False


def read_conllu(path: Path) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, one at a time.

    Words are the syntactic words: the ranges of multiword tokens are checked and skipped, empty
    nodes and the enhanced arcs from or to them too. A column that is `_` in all words of a sentence
    makes no layer; treebank tags are an exception, since some treebanks leave a few words without:
    once a file had one, `_` is a tag. CONJ, as version 1 has it, is read as CCONJ. Names come from
    entity brackets where a comment declares them (`entities.names`).
    Raises UserError with file and line where the file is not CoNLL-U, where heads make no tree with
    one root, where an id of a sentence or document is given twice, and where there is no sentence.
    """
    return (sentence.text for sentence in read_sentences(path))


def read_sentences(
    path: Path, blocks: Iterable[list[tuple[int, str]]] | None = None
) -> Iterator[Sentence]:
    """As `read_conllu`, with what belongs to documents.

    `blocks` are the sentences' numbered lines, where a format has them among other columns.
    """
    state = _State(path, ids=UniqueIds(path), documents=UniqueIds(path))
    empty = True
    for block in read_blocks(path) if blocks is None else blocks:
        yield _sentence(state, block)
        empty = False
    if empty:
        raise UserError(f"{path}: no sentences")


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


def _sentence(state: _State, block: list[tuple[int, str]]) -> Sentence:
    path, first = state.path, block[0][0]
    name, document = None, None
    rows = _Rows()
    for number, line in block:
        if line.startswith("#") and not rows.cells:
            key, _, value = line[1:].partition("=")
            key, value = key.strip(), value.strip()
            if key == "sent_id":
                state.ids.add(value, number)
                name = value
            elif key in ("newdoc", "newdoc id"):
                document = value
                if value:
                    state.documents.add(value, number)
            elif key == "global.Entity":
                state.fields = Fields.declared(value, f"{path}:{number}")
            continue
        cells = split_cells(path, number, line, N_COLUMNS, "\t")
        n = len(rows.cells)
        if state.fields is not None and "-" not in cells[0]:
            rows.places.append(Place(n, n if "." in cells[0] else n + 1, number, cells[9]))
        if cells[0] == str(n + 1):
            if not cells[1] or cells[1].isspace():
                raise UserError(f"{path}:{number}: a word without a form")
            rows.cells.append(cells)
            rows.numbers.append(number)
        else:
            _no_word(path, number, cells[0], rows)
    if not rows.cells:
        said = (
            "comments without a sentence" if block[-1][1][0] == "#" else "a sentence without words"
        )
        raise UserError(f"{path}:{first}: {said}")
    if rows.range_end > len(rows.cells):
        raise UserError(f"{path}:{rows.range_line}: a range up to a word that is not there")
    return _annotated(state, rows, f"{path}:{first}", name, document)


def _no_word(path: Path, number: int, cell: str, rows: _Rows) -> None:
    """Check the number of a multiword token or an empty node; raise for anything else."""
    # Only this column goes through conllu: its own split takes two spaces within a form for
    # a tab, and the other columns are plain text.
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


def _annotated(
    state: _State, rows: _Rows, where: str, name: str | None, document: str | None
) -> Sentence:
    path, numbers = state.path, rows.numbers
    _, forms, lemmas, universal, tags, _, heads, labels, enhanced, _ = zip(*rows.cells, strict=True)
    universal_tags = _universal_tags(path, numbers, universal)
    state.has_tags = state.has_tags or _any(tags)
    positions = _heads(path, numbers, heads, labels)
    mentions, found = None, None
    if state.fields is not None:
        mentions = tuple(read_mentions(path, rows.places, state.fields))
        if positions is not None and universal_tags is not None:
            found = names(mentions, positions, universal_tags)
    text = Annotated(
        words=forms,
        where=where,
        name=name,
        lemmas=lemmas if _any(lemmas) else None,
        universal_tags=universal_tags,
        tags=tags if state.has_tags else None,
        arcs=None if positions is None else tuple(map(Arc, range(len(forms)), positions, labels)),
        enhanced_arcs=_enhanced(path, rows, enhanced) if _any(enhanced) else None,
        names=found,
    )
    return Sentence(text, document, mentions)


def _any(column: Sequence[str]) -> bool:
    return any(cell != NOTHING for cell in column)


def _universal_tags(
    path: Path, numbers: Sequence[int], column: tuple[str, ...]
) -> tuple[str, ...] | None:
    if _UPOS.issuperset(column):
        return column
    if not _any(column):
        return None
    column = tuple(_RENAMED.get(tag, tag) for tag in column)
    if _UPOS.issuperset(column):
        return column
    wrong = next(i for i, tag in enumerate(column) if tag not in _UPOS)
    said = f"part of speech {column[wrong]!r}; allowed: {', '.join(UPOS)}"
    raise UserError(f"{path}:{numbers[wrong]}: {said}")


def _heads(
    path: Path, numbers: Sequence[int], column: Sequence[str], labels: Sequence[str]
) -> list[int] | None:
    if not _any(column):
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


def _enhanced(path: Path, rows: _Rows, column: Sequence[str]) -> tuple[Arc, ...]:
    nodes: dict[str, int | None] = dict.fromkeys(rows.empty_nodes)
    nodes.update((str(i + 1), i) for i in range(len(column)))
    nodes["0"] = ROOT
    arcs = []
    for i, cell in enumerate(column):
        if cell == NOTHING:
            continue
        for pair in cell.split("|"):
            node, _, label = pair.partition(":")
            if node not in nodes or not label:
                said = f"enhanced arc {pair[:20]!r}, expected HEAD:RELATION of a head that is there"
                raise UserError(f"{path}:{rows.numbers[i]}: {said}")
            head = nodes[node]
            if head is not None:
                arcs.append(Arc(i, head, label))
    return tuple(arcs)


FORMATS.add(
    Format(
        name="conllu",
        about="CoNLL-U: Universal Dependencies, with names from entity brackets",
        endings=(".conllu",),
        carries=("lemmas", "universal_tags", "tags", "arcs", "enhanced_arcs", "names"),
        read=read_conllu,
    )
)
