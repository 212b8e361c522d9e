"""Formats of a word per line and its labels in columns: chunks, names, errors, and plain tags."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated, LabelledSpan
from tombola.text.formats.checks import check_words, layer, split_cells
from tombola.text.formats.format import FORMATS, Format, Reader
from tombola.text.formats.multiwords import split_multiwords
from tombola.text.formats.pmb import are_semantic
from tombola.text.formats.sample import MOST, Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of
from tombola.text.spans import Scheme, TagError, as_bio, not_of_scheme, read_tags_leniently

DOCUMENT = "-DOCSTART-"

OF_NAMES = frozenset(("PER", "LOC", "ORG", "MISC", "PERSON", "LOCATION", "GPE", "DATE"))
"""Kinds of names in most corpora, and of no chunk."""

OTHERS = "; format columns:words,_,names reads the columns that you name"

SCHEMES: tuple[Scheme, ...] = ("IOB1", "BIO")

Numbers = list[int]
"""Lines of the words of a sentence."""
Columns = list[tuple[str, ...]]
""" Of a sentence, a cell for each word."""


def read_conll2000(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """Sentences with tags and chunks: word, tag, BIO chunk tag, between spaces.

    There are no comments: a line may begin with the word `#`. An `I-` that continues nothing begins
    a chunk, and is noted. Raises UserError with file and line where a line has other columns, and
    for kinds of names: three columns of such are no chunks.
    """
    reading = reading_of(reading)

    def sentence(numbers: Numbers, columns: Columns) -> Annotated:
        words, tags, chunks = columns
        spans = read_spans(_places(path, numbers), chunks, "BIO", reading)
        for start, _, label in spans or ():
            if label in OF_NAMES:
                said = f"{path}:{numbers[start]}: chunk {label!r} is a kind of name"
                raise UserError(f"{said}: format columns:words,tags,names reads names")
        return Annotated(words, f"{path}:{numbers[0]}", tags=layer(tags), chunks=spans)

    return read_columns(path, 3, None, sentence, reading)


def read_conll2003(
    path: Path, reading: Reading | None = None, scheme: Scheme = "IOB1"
) -> Iterator[Annotated]:
    """Sentences with tags, chunks and names as distributed: word, tag, chunk tag, IOB1 name tag.

    Lines of `-DOCSTART-` are skipped. The chunk tags were given by a tool. Names are read as
    conlleval reads them, which is the same in both schemes; tags that are not of `scheme` are
    noted: in IOB1 a `B-` stands only between two names of a kind that touch. Raises UserError with
    file and line for other columns and for what is no tag.
    """
    reading = reading_of(reading)

    def sentence(numbers: Numbers, columns: Columns) -> Annotated:
        words, tags, chunks, names = columns
        return Annotated(
            words,
            f"{path}:{numbers[0]}",
            tags=layer(tags),
            chunks=None if layer(chunks) is None else read_tags_leniently(chunks),
            names=read_spans(_places(path, numbers), names, scheme, reading),
        )

    return read_columns(path, 4, None, sentence, reading, DOCUMENT)


def read_errors(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """Sentences of a word and `c` (correct) or `i` (incorrect) per line, between tabs.

    The form of FCE-public for error detection (Rei & Yannakoudakis 2016). Raises UserError with
    file and line for any other label.
    """

    def sentence(numbers: Numbers, columns: Columns) -> Annotated:
        words, labels = columns
        correct = read_correct(path, numbers, labels)
        return Annotated(words, f"{path}:{numbers[0]}", correct=correct)

    return read_columns(path, 2, "\t", sentence, reading_of(reading))


def read_correct(path: Path, numbers: Numbers, labels: Sequence[str]) -> tuple[bool, ...]:
    """Whether words are correct, from `c` and `i`. Raises UserError for other labels."""
    for number, label in zip(numbers, labels, strict=True):
        if label not in ("c", "i"):
            raise UserError(f"{path}:{number}: label {label[:20]!r}; allowed: c, i")
    return tuple(label == "c" for label in labels)


def read_conjuncts(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """Sentences of a word and `B`, `I` or `O` per line, between tabs.

    A conjunct may begin with `B` always, as in BIO, or only after another, as in IOB1: both read
    alike where tags have no types, so both are taken. Raises UserError with file and line for any
    other tag.
    """

    def sentence(numbers: Numbers, columns: Columns) -> Annotated:
        words, tags = columns
        for number, tag in zip(numbers, tags, strict=True):
            if tag not in ("B", "I", "O"):
                raise UserError(f"{path}:{number}: tag {tag[:20]!r}; allowed: B, I, O")
        where = f"{path}:{numbers[0]}"
        return Annotated(words, where, conjuncts=read_tags_leniently(tags))

    return read_columns(path, 2, "\t", sentence, reading_of(reading))


def read_semantic_tags(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """Sentences of a word and its semantic tag per line, between tabs.

    A token of several words, joined by `~` or spaces, is split, and each word has its tag, as in
    Liu et al. 2019. Raises UserError with file and line for a tag with spaces.
    """

    def sentence(numbers: Numbers, columns: Columns) -> Annotated:
        tokens, tags = columns
        for number, tag in zip(numbers, tags, strict=True):
            if " " in tag:
                raise UserError(f"{path}:{number}: tag {tag[:40]!r}, expected one without spaces")
        words, (copied,) = split_multiwords(tokens, tags)
        return Annotated(words, f"{path}:{numbers[0]}", semantic_tags=layer(copied))

    return read_columns(path, 2, "\t", sentence, reading_of(reading))


def read_columns(
    path: Path,
    n_columns: int,
    separator: str | None,
    sentence: Callable[[Numbers, Columns], Annotated],
    reading: Reading,
    skipped: str | None = None,
) -> Iterator[Annotated]:
    """What `sentence` makes of the line numbers and the columns of each sentence of a file.

    Lines that begin with `skipped` are left out. Raises UserError where a line has other columns or
    an empty one, where there are no words, and where there is no sentence.
    """

    def read(block: list[tuple[int, str]]) -> Annotated | None:
        rows = []
        for number, line in block:
            if skipped and line.split()[0] == skipped:
                continue
            try:
                cells = split_cells(path, number, line, n_columns, separator)
            except UserError as problem:
                raise UserError(f"{problem}{OTHERS}") from problem
            if not all(cell.strip() for cell in cells):
                raise UserError(f"{path}:{number}: an empty column")
            rows.append((number, cells))
        if not rows:
            return None
        columns = list(zip(*(row for _, row in rows), strict=True))
        check_words(f"{path}:{rows[0][0]}", columns[0])
        return sentence([number for number, _ in rows], columns)

    return reading.texts(path, read_blocks(path), read)


def _places(path: Path, numbers: Numbers) -> list[str]:
    return [f"{path}:{number}" for number in numbers]


def read_spans(
    places: Sequence[str], tags: tuple[str, ...], scheme: Scheme, reading: Reading
) -> tuple[LabelledSpan, ...] | None:
    """The spans that tags write, as conlleval reads them; None where nothing is annotated.

    Tags that the scheme has not in their place are noted, by the `places` of words. Raises
    UserError for what is no tag.
    """
    if layer(tags) is None:
        return None
    tags = as_bio(tags)
    try:
        for word, said in not_of_scheme(tags, scheme):
            reading.note(f"tags that {scheme} has not there", f"{places[word]}: {said}")
    except TagError as problem:
        raise UserError(f"{places[problem.word]}: {problem}") from problem
    return read_tags_leniently(tags)


CHUNKS = frozenset(["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"])
"""Kinds of chunks of CoNLL-2000."""


def kinds(tags: Sequence[str]) -> set[str] | None:
    """The kinds of spans that tags write; None where they are no tags of spans."""
    if not most(tags, lambda tag: tag == "O" or tag[:2] in ("B-", "I-", "E-", "S-", "L-", "U-")):
        return None
    return {tag[2:] for tag in tags if tag[1:2] == "-"}


def _looks_2000(sample: Sample) -> Sure:
    tags = [cells[-1] for cells in sample.cells if len(cells) == 3]
    found = kinds(tags) if len(tags) >= MOST * len(sample.cells) else None
    if not found:  # no tags of spans, or none of any kind
        return Sure.NO if found is None else Sure.FITS
    return Sure.LIKELY if most(found, CHUNKS.__contains__) else Sure.NO


def _looks_2003(sample: Sample, scheme: Scheme) -> Sure:
    rows = [cells for cells in sample.cells if cells[0] != DOCUMENT]
    tags = tuple(cells[-1] for cells in rows if len(cells) == 4)
    if len(tags) < MOST * len(rows) or kinds(tags) is None or numbered(rows):
        return Sure.NO
    try:
        odd = {each: sum(1 for _ in not_of_scheme(as_bio(tags), each)) for each in SCHEMES}
    except TagError:
        return Sure.FITS
    if odd[scheme] > odd["BIO" if scheme == "IOB1" else "IOB1"]:
        return Sure.NO
    return Sure.MARKED if len(rows) < len(sample.cells) else Sure.LIKELY


def numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column counts the words."""
    return most(rows, lambda cells: cells[0].isdecimal())


def _looks_labelled(sample: Sample, test: Callable[[Sequence[str]], bool]) -> Sure:
    """Of a word and a label between tabs."""
    labels = [cells[1] for cells in sample.tabbed if len(cells) == 2]
    whole = len(labels) >= MOST * len(sample.lines)
    return Sure.LIKELY if whole and test(labels) else Sure.NO


def _register(
    name: str,
    about: str,
    carries: tuple[str, ...],
    read: Reader,
    looks: Callable[[Sample], Sure],
    endings: tuple[str, ...],
    instead_of: str | None = None,
) -> None:
    FORMATS.add(Format(name, about, endings, carries, read, looks, instead_of))


_register(
    "conll2000",
    "CoNLL-2000: word, tag, BIO chunk tag",
    ("tags", "chunks"),
    read_conll2000,
    _looks_2000,
    (".txt", ".chunk"),
)
_register(
    "conll2003",
    "CoNLL-2003 as distributed: word, tag, chunk tag, IOB1 name tag",
    ("tags", "chunks", "names"),
    read_conll2003,
    partial(_looks_2003, scheme="IOB1"),
    (".train", ".testa", ".testb", ".conll", ".txt"),
)
_register(
    "conll2003-bio",
    "CoNLL-2003 in copies with BIO name tags",
    ("tags", "chunks", "names"),
    partial(read_conll2003, scheme="BIO"),
    partial(_looks_2003, scheme="BIO"),
    (".train", ".testa", ".testb", ".conll", ".txt"),
    "conll2003",
)
_register(
    "errors",
    "grammatical errors: word and c or i",
    ("correct",),
    read_errors,
    partial(_looks_labelled, test=lambda labels: most(labels, ("c", "i").__contains__)),
    (".tsv", ".txt"),
)
_register(
    "conjuncts",
    "conjuncts: word and B, I or O",
    ("conjuncts",),
    read_conjuncts,
    partial(_looks_labelled, test=lambda labels: most(labels, ("B", "I", "O").__contains__)),
    (".tsv", ".txt"),
)
_register(
    "semantic-tags",
    "semantic tags: word and tag, tokens of several words split",
    ("semantic_tags",),
    read_semantic_tags,
    partial(_looks_labelled, test=are_semantic),
    (".tsv", ".txt"),
)
