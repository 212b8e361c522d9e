"""Formats of a word per line and its labels in columns: chunks, names, errors, and plain tags."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Annotated, LabelledSpan
from tombola.text.formats.checks import split_cells
from tombola.text.formats.format import FORMATS, Format
from tombola.text.lines import read_blocks
from tombola.text.spans import Scheme, TagError, read_tags, read_tags_leniently

DOCUMENT = "-DOCSTART-"

Numbers = list[int]
"""Lines of the words of a sentence."""


def read_conll2000(path: Path) -> Iterator[Annotated]:
    """Sentences with tags and chunks: word, tag, BIO chunk tag, between spaces.

    There are no comments: a line may begin with the word `#`. Raises UserError with file and line
    where a line has other columns or an `I-` continues nothing.
    """
    for numbers, (words, tags, chunks) in _sentences(path, 3, None):
        yield Annotated(
            words=words,
            where=f"{path}:{numbers[0]}",
            tags=tags,
            chunks=_spans(path, numbers, chunks, "BIO", "IOB1 is not CoNLL-2000"),
        )


def read_conll2003(path: Path) -> Iterator[Annotated]:
    """Sentences with tags, chunks and names as distributed: word, tag, chunk tag, IOB1 name tag.

    Lines of `-DOCSTART-` are skipped. The chunk tags were given by a tool and are read leniently,
    names strictly: a `B-` stands only between two names of a kind that touch. Raises UserError with
    file and line where it stands elsewhere; `read_conll2003_bio` reads files where it does.
    """
    return _conll2003(path, "IOB1", "format conll2003-bio reads BIO")


def read_conll2003_bio(path: Path) -> Iterator[Annotated]:
    """As `read_conll2003`, of copies whose names begin with `B-` always, as on the hub.

    Raises UserError with file and line where an `I-` continues nothing.
    """
    return _conll2003(path, "BIO", "format conll2003 reads IOB1")


def _conll2003(path: Path, scheme: Scheme, hint: str) -> Iterator[Annotated]:
    for numbers, (words, tags, chunks, names) in _sentences(path, 4, None, DOCUMENT):
        yield Annotated(
            words=words,
            where=f"{path}:{numbers[0]}",
            tags=tags,
            chunks=read_tags_leniently(chunks),
            names=_spans(path, numbers, names, scheme, hint),
        )


def read_errors(path: Path) -> Iterator[Annotated]:
    """Sentences of a word and `c` (correct) or `i` (incorrect) per line, between tabs.

    The form of FCE-public for error detection (Rei & Yannakoudakis 2016). Raises UserError with
    file and line for any other label.
    """
    for numbers, (words, labels) in _sentences(path, 2, "\t"):
        for number, label in zip(numbers, labels, strict=True):
            if label not in ("c", "i"):
                raise UserError(f"{path}:{number}: label {label[:20]!r}; allowed: c, i")
        yield Annotated(
            words=words,
            where=f"{path}:{numbers[0]}",
            correct=tuple(label == "c" for label in labels),
        )


def read_conjuncts(path: Path) -> Iterator[Annotated]:
    """Sentences of a word and `B`, `I` or `O` per line, between tabs.

    A conjunct may begin with `B` always, as in BIO, or only after another, as in IOB1: both read
    alike where tags have no types, so both are taken. Raises UserError with file and line for any
    other tag.
    """
    for numbers, (words, tags) in _sentences(path, 2, "\t"):
        for number, tag in zip(numbers, tags, strict=True):
            if tag not in ("B", "I", "O"):
                raise UserError(f"{path}:{number}: tag {tag[:20]!r}; allowed: B, I, O")
        yield Annotated(
            words=words, where=f"{path}:{numbers[0]}", conjuncts=read_tags_leniently(tags)
        )


def read_semantic_tags(path: Path) -> Iterator[Annotated]:
    """Sentences of a word and its semantic tag per line, between tabs.

    A token of several words, joined by `~` or spaces, is split, and each word has its tag, as in
    Liu et al. 2019. Raises UserError with file and line for a tag with spaces.
    """
    for numbers, (tokens, tags) in _sentences(path, 2, "\t"):
        for number, tag in zip(numbers, tags, strict=True):
            if " " in tag:
                raise UserError(f"{path}:{number}: tag {tag[:40]!r}, expected one without spaces")
        words, (copied,) = split_multiwords(tokens, tags)
        yield Annotated(words=words, where=f"{path}:{numbers[0]}", semantic_tags=copied)


def split_multiwords(
    tokens: Sequence[str], *layers: Sequence[str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The words of tokens that `~` or spaces join, and each layer with a token's label for each.

    A token of nothing else stays as it is.
    """
    parts = [[part for part in re.split(r"[~\s]+", token) if part] or [token] for token in tokens]
    words = tuple(word for split in parts for word in split)
    copied = [
        tuple(label for label, split in zip(layer, parts, strict=True) for _ in split)
        for layer in layers
    ]
    return words, copied


def _sentences(
    path: Path, n_columns: int, separator: str | None, skipped: str | None = None
) -> Iterator[tuple[Numbers, Sequence[Any]]]:
    """Line numbers and columns of each sentence; lines that begin with `skipped` are left out."""
    empty = True
    for block in read_blocks(path):
        rows = []
        for number, line in block:
            if skipped and line.split()[0] == skipped:
                continue
            cells = split_cells(path, number, line, n_columns, separator)
            if not all(cell.strip() for cell in cells):
                raise UserError(f"{path}:{number}: an empty column")
            rows.append((number, cells))
        if rows:
            yield [number for number, _ in rows], list(zip(*(row for _, row in rows), strict=True))
            empty = False
    if empty:
        raise UserError(f"{path}: no sentences")


def _spans(
    path: Path, numbers: Numbers, tags: Sequence[str], scheme: Scheme, hint: str
) -> tuple[LabelledSpan, ...]:
    try:
        return read_tags(tags, scheme)
    except TagError as problem:
        raise UserError(f"{path}:{numbers[problem.word]}: {problem} ({hint})") from problem


def _register(
    name: str,
    about: str,
    carries: tuple[str, ...],
    read: Callable[[Path], Iterator[Annotated]],
    endings: tuple[str, ...],
) -> None:
    FORMATS.add(Format(name, about, endings, carries, read))


_register(
    "conll2000",
    "CoNLL-2000: word, tag, BIO chunk tag",
    ("tags", "chunks"),
    read_conll2000,
    (".txt", ".chunk"),
)
_register(
    "conll2003",
    "CoNLL-2003 as distributed: word, tag, chunk tag, IOB1 name tag",
    ("tags", "chunks", "names"),
    read_conll2003,
    (".train", ".testa", ".testb", ".conll"),
)
_register(
    "conll2003-bio",
    "CoNLL-2003 in copies with BIO name tags",
    ("tags", "chunks", "names"),
    read_conll2003_bio,
    (".conll",),
)
_register(
    "errors",
    "grammatical errors: word and c or i",
    ("correct",),
    read_errors,
    (".tsv", ".txt"),
)
_register(
    "conjuncts",
    "conjuncts: word and B, I or O",
    ("conjuncts",),
    read_conjuncts,
    (".tsv", ".txt"),
)
_register(
    "semantic-tags",
    "semantic tags: word and tag, tokens of several words split",
    ("semantic_tags",),
    read_semantic_tags,
    (".tsv", ".txt"),
)
