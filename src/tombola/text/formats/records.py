"""Words and their labels as lists in JSON, a sentence a line: the form of the hub's data sets."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import check_words
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.named_columns import SPANS, TAGS, WORDS, layers_of
from tombola.text.formats.sample import Sample, Sure
from tombola.text.jsonfile import expect, expect_words, read_objects
from tombola.text.reading import Reading, reading_of

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
    """The sentences of a JSONL file, plain or gzipped, one object per line.

    `keys` say which field of `Annotated` each list holds; spans are tags of any scheme. Raises
    UserError with file and line where words or labels are no strings, or not as many. Numbers for
    labels are refused: what they stand for is not in the file.
    """
    reading = reading_of(reading)
    read = partial(_sentence, path, keys, reading)
    return reading.texts(path, read_objects(path, reading), read)


def _sentence(
    path: Path, keys: Mapping[str, str], reading: Reading, numbered: tuple[int, dict[str, Any]]
) -> Annotated:
    number, row = numbered
    where = f"{path}:{number}"
    found = {name: _strings(row[key], key, where) for key, name in keys.items() if key in row}
    words = expect_words(list(found.pop(WORDS, ())), where, "words")
    check_words(where, words)
    for key, name in keys.items():
        if name in found and key in row and len(row[key]) != len(words):
            raise UserError(f"{where}: {len(words)} words, {len(row[key])} {key}")
    return Annotated(words, where, **layers_of(path, [number] * len(words), found, reading))


def _strings(value: Any, key: str, where: str) -> tuple[str, ...]:
    labels = expect(value, list, where, f"the list {key!r}")
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
    held = [name for key, name in keys.items() if f'"{key}"' in line]
    return Sure.LIKELY if line.startswith("{") and WORDS in held and len(held) > 1 else Sure.NO


def _format(name: str, keys: Mapping[str, str]) -> Format:
    return Format(
        name=name,
        about="JSONL of tokens and ner_tags, pos_tags, …; others as records:words=words,ner=names",
        endings=(".jsonl", ".json"),
        carries=tuple(dict.fromkeys(each for each in keys.values() if each != WORDS)),
        read=partial(read_records, keys=keys),
        looks=partial(_looks, keys=keys),
        named=_named,
    )


FORMATS.add(_format("records", USUAL))
