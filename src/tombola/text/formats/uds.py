"""UDS-IH2: judgements of whether events happened, in a table apart from their sentences.

White et al. 2016; Rudinger et al. 2018 (version 2). The sentences are those of UD English EWT 1.2.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from tombola.errors import UserError
from tombola.files import LONGEST
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import split_cells
from tombola.text.formats.factuality import events
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.lines import read_blocks, read_lines
from tombola.text.reading import Reading, reading_of

TABLE = "it-happened_eng_ud1.2_07092017.tsv"
"""The name that UDS-IH2's judgements are published under."""

COLUMNS = (
    "Split", "Annotator.ID", "Display.Position", "Sentence.ID", "Pred.Token", "Pred.Lemma",
    "Is.Predicate", "Is.Understandable", "Happened", "Confidence", "Keep",
)  # fmt: skip
"""Of that table."""

NONE = "na"
"""What stands for a judgement that was not asked for."""

SPLITS = ("train", "dev", "test")
Judgements = dict[str, dict[int, dict[int, list[float]]]]
"""By treebank file, number of the sentence from 1, and number of the word from 1."""


def read_uds(
    table: Path, treebank: Path | None = None, reading: Reading | None = None
) -> Iterator[Annotated]:
    """The sentences of UDS-IH2 in which a predicate was judged, of all splits.

    `treebank` is the folder of the CoNLL-U files that the table names (`en-ud-train.conllu` and so
    on, plain or gzipped, version 1.2); by default the table's own.

    The factuality of a predicate is the mean over annotators of 3/4 of the confidence (0 to 4),
    negative where the event did not happen. Counted are judgements that are to be kept (`Keep`), of
    annotators who took the word for a predicate and understood the sentence: 22,108, 2,642 and
    2,539 predicates. The table is held in memory, sentences are streamed. Raises UserError with
    file and line where the table is none, or does not fit the treebank.
    """
    reading = reading_of(reading)
    for file, judged in _judgements(table, reading).items():
        path = _find(treebank or table.parent, file, table)
        yield from _sentences(path, judged, table, reading)


def read_uds_split(
    treebank: Path, table: Path | None = None, reading: Reading | None = None
) -> Iterator[Annotated]:
    """As `read_uds`, the sentences of one file of the treebank: `en-ud-dev.conllu` is a split.

    Without `table`, it is `it-happened_eng_ud1.2_07092017.tsv` beside the treebank's file.
    """
    reading = reading_of(reading)
    table = treebank.with_name(TABLE) if table is None else table
    file = treebank.name.removesuffix(".gz")
    judgements = _judgements(table, reading)
    if file not in judgements:
        names = ", ".join(judgements)
        raise UserError(f"{table}: no judgement of {file}; there are some of {names}")
    yield from _sentences(treebank, judgements[file], table, reading)


def _judgements(path: Path, reading: Reading) -> Judgements:
    kept: Judgements = {}
    lines = read_lines(path)
    for _, header in lines:
        if tuple(header.split("\t")) != COLUMNS:
            raise UserError(f"{path}:1: header {header[:80]!r}, expected {', '.join(COLUMNS)}")
        break
    else:
        raise UserError(f"{path}: empty file, expected a header line")
    for file, sentence, token, factuality in reading.each(lines, partial(_judgement, path)):
        if factuality is not None:
            predicates = kept.setdefault(file, {}).setdefault(sentence, {})
            predicates.setdefault(token, []).append(factuality)
    if not kept:
        raise UserError(f"{path}: no judgement of a predicate")
    return kept


def _judgement(path: Path, numbered: tuple[int, str]) -> tuple[str, int, int, float | None]:
    """File, sentence, word, and what one judgement says."""
    number, line = numbered
    where = f"{path}:{number}"
    row = dict(zip(COLUMNS, split_cells(path, number, line, len(COLUMNS), "\t"), strict=True))
    _allow(row["Split"], SPLITS, "Split", where)
    file, _, sentence = row["Sentence.ID"].rpartition(" ")
    if Path(file).name != file or not file.endswith(".conllu"):
        said = row["Sentence.ID"][:40]
        raise UserError(f"{where}: Sentence.ID {said!r}, expected FILE.conllu N")
    at = _count(sentence, "Sentence.ID", where), _count(row["Pred.Token"], "Pred.Token", where)
    return file, *at, _factuality(row, where)


def _factuality(row: dict[str, str], where: str) -> float | None:
    """What one judgement says; None where it does not count."""
    for flag in ("Is.Predicate", "Is.Understandable", "Keep"):
        _allow(row[flag], ("True", "False"), flag, where)
    _allow(row["Happened"], ("true", "false", NONE), "Happened", where)
    _allow(row["Confidence"], ("0", "1", "2", "3", "4", NONE), "Confidence", where)
    if NONE in (row["Happened"], row["Confidence"]):
        return None
    if not row["Is.Predicate"] == row["Is.Understandable"] == row["Keep"] == "True":
        return None
    size = 0.75 * int(row["Confidence"])
    return size if row["Happened"] == "true" else -size


def _allow(value: str, allowed: tuple[str, ...], column: str, where: str) -> None:
    if value not in allowed:
        raise UserError(f"{where}: {column} {value[:20]!r}; allowed: {', '.join(allowed)}")


def _count(value: str, column: str, where: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:9]) > 0):
        raise UserError(f"{where}: {column} {value[:20]!r}; a number from 1 was expected")
    return int(value[:9])


def _find(folder: Path, file: str, table: Path) -> Path:
    for path in (folder / file, folder / f"{file}.gz"):
        with suppress(OSError):  # a name longer than any file has
            if path.exists():
                return path
    name = str(folder / file)[:LONGEST]
    raise UserError(f"{name}: no such file; {table} needs it (UD English EWT 1.2)")


def _sentences(
    path: Path, judged: dict[int, dict[int, list[float]]], table: Path, reading: Reading
) -> Iterator[Annotated]:
    n = 0

    def sentence(block: list[tuple[int, str]]) -> Annotated | None:
        nonlocal n
        n += 1
        if n not in judged:
            return None
        words = _words(path, block)
        where = f"{path}:{block[0][0]}"
        if max(judged[n]) > len(words):
            raise UserError(
                f"{where}: sentence {n} has {len(words)} words, {table} judges word "
                f"{max(judged[n])}: is this UD English EWT 1.2?"
            )
        means = [(token - 1, sum(of) / len(of)) for token, of in judged[n].items()]
        return Annotated(
            words=words,
            where=where,
            name=f"{path.name.removesuffix('.gz')} {n}",
            events=events(means, words, where),
        )

    for text in reading.each(read_blocks(path), sentence):
        if text is not None:
            yield text
    if max(judged) > n:
        raise UserError(f"{path}: {n} sentences, {table} judges sentence {max(judged)}")


def _words(path: Path, block: list[tuple[int, str]]) -> tuple[str, ...]:
    """The syntactic words of a sentence in CoNLL-U. Its parts of speech are those of UD version 1,
    which a reader of today's CoNLL-U refuses; nothing but the words is needed.
    """
    words: list[str] = []
    for number, line in block:
        if line.startswith("#"):
            continue
        cells = split_cells(path, number, line, 10, "\t")
        if cells[0].isdecimal():  # neither a range nor an empty node
            if cells[0] != str(len(words) + 1):
                raise UserError(
                    f"{path}:{number}: word {cells[0][:20]!r}, expected {len(words) + 1}"
                )
            if not cells[1].strip():
                raise UserError(f"{path}:{number}: a word without a form")
            words.append(cells[1])
    return tuple(words)


def _read(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    read = read_uds if ".tsv" in path.suffixes else read_uds_split
    return read(path, reading=reading)


def _looks(sample: Sample) -> Sure:
    if tuple(sample.lines[0].split("\t")) == COLUMNS:
        return Sure.MARKED
    beside = sample.name.endswith(".conllu") and sample.path.with_name(TABLE).exists()
    return Sure.MARKED if beside else Sure.NO


FORMATS.add(
    Format(
        name="uds-ih2",
        about="event factuality of UDS-IH2: its table, or a file of UD English EWT 1.2 beside it",
        endings=(TABLE, ".conllu"),
        carries=("events",),
        read=_read,
        looks=_looks,
    )
)
