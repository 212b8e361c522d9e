"""Words and their labels as lists, a sentence a row, in JSON or Parquet: the hub's data sets."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import check_words
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.named_columns import SPANS, TAGS, WORDS, layers_of
from tombola.text.formats.sample import PARQUET, Sample, Sure
from tombola.text.jsonfile import expect, expect_words, read_objects
from tombola.text.reading import Reading, reading_of
from tombola.text.tables import Cells, read_table

USUAL = {
    "tokens": WORDS,
    "ner_tags": "names",
    "chunk_tags": "chunks",
    "pos_tags": "tags",
    "xpos": "tags",
    "upos": "universal_tags",
    "lemmas": "lemmas",
}
"""Keys of the hub's data sets, and the layers that they hold."""


def read_records(
    path: Path, reading: Reading | None = None, keys: Mapping[str, str] = USUAL
) -> Iterator[Annotated]:
    """The sentences of a file of Parquet, or of JSONL, plain or gzipped, one object per line.

    `keys` say which field of `Annotated` each list holds; spans are tags of any scheme. Raises
    UserError with file and line (row, of Parquet) where words or labels are no strings, or not as
    many. Numbers for labels are refused where the file does not say what they stand for, as Parquet
    that `datasets` made does.
    """
    reading = reading_of(reading)
    if Sample.of(path).lines == (PARQUET,):
        table = read_table(path, "parquet")
        read = partial(_sentence, path, keys, reading, table.names)
        return reading.texts(path, table.read(reading), read)
    rows = ((f"{path}:{number}", row) for number, row in read_objects(path, reading))
    return reading.texts(path, rows, partial(_sentence, path, keys, reading, {}))


def _sentence(
    path: Path,
    keys: Mapping[str, str],
    reading: Reading,
    names: Mapping[str, tuple[str, ...]],
    row_at: Cells,
) -> Annotated:
    where, row = row_at
    found = {
        name: _strings(row[key], key, names.get(key, ()), where)
        for key, name in keys.items()
        if key in row
    }
    words = expect_words(list(found.pop(WORDS, ())), where, "words")
    check_words(where, words)
    for key, name in keys.items():
        if name in found and key in row and len(row[key]) != len(words):
            raise UserError(f"{where}: {len(words)} words, {len(row[key])} {key}")
    return Annotated(words, where, **layers_of([where] * len(words), found, reading))


def _strings(value: Any, key: str, names: tuple[str, ...], where: str) -> tuple[str, ...]:
    labels = expect(value, list, where, f"the list {key!r}")
    if names and all(isinstance(label, int) and 0 <= label < len(names) for label in labels):
        return tuple(names[label] for label in labels)
    if any(isinstance(label, int) for label in labels):
        raise UserError(
            f"{where}: {key!r} holds numbers, and what they stand for is not in the file: names of "
            "labels were expected"
        )
    return tuple(expect(label, str, where, f"a string in {key!r}") for label in labels)


def _named(given: str) -> Format:
    keys = {}
    for pair in given.split(","):
        key, _, name = pair.strip().partition("=")
        if name not in (WORDS, *TAGS, *SPANS):
            allowed = ", ".join((WORDS, *TAGS, *SPANS))
            raise UserError(f"records: {pair[:40]!r}; expected KEY=LAYER, a layer of {allowed}")
        keys[key] = name
    if WORDS not in keys.values() or len(keys) < 2:
        raise UserError(f"records: {given[:60]!r} names no words, or nothing that is said of them")
    return _format(f"records:{given}", keys)


def _looks(sample: Sample, keys: Mapping[str, str]) -> Sure:
    line = sample.lines[0].lstrip()
    if line == PARQUET:
        columns: Collection[str] = read_table(sample.path, "parquet").columns
    elif line.startswith("{"):
        columns = [key for key in keys if f'"{key}"' in line]
    else:
        return Sure.NO
    held = [name for key, name in keys.items() if key in columns]
    return Sure.LIKELY if WORDS in held and len(held) > 1 else Sure.NO


def _format(name: str, keys: Mapping[str, str]) -> Format:
    return Format(
        name=name,
        about="JSONL or Parquet of tokens, ner_tags, …; others as records:words=words,ner=names",
        endings=(".jsonl", ".json", ".parquet"),
        carries=tuple(dict.fromkeys(each for each in keys.values() if each != WORDS)),
        read=partial(read_records, keys=keys),
        looks=partial(_looks, keys=keys),
        named=_named,
    )


FORMATS.add(_format("records", USUAL))
