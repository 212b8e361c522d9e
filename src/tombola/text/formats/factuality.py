"""Event factuality: how certain a sentence makes it that what a predicate says has happened.

Two forms: the JSON that Liu et al. (2019) made of UDS-IH2 (whose own form is in `uds`), and JSONL
with spans, as edge probing uses it (Tenney et al. 2019).
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Annotated, Event
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.jsonfile import (
    expect,
    expect_number,
    expect_words,
    read_members,
    read_objects,
)
from tombola.text.reading import Reading, reading_of

LOWEST, HIGHEST = -3.0, 3.0


def read_factuality_json(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of Liu et al.'s JSON, an object whose members are sentences by their ids.

    Each has `sentence` (words), `predicate_indices` (from 1) and `labels`. Raises UserError with
    file and line where something else is found.
    """

    def sentence(member: tuple[int, str | None, Any]) -> Annotated:
        number, name, value = member
        where = f"{path}:{number}"
        if name is None:
            raise UserError(f"{where}: a sentence without an id: expected an object, not an array")
        row = expect(value, dict, where, "an object")
        words = expect_words(row.get("sentence"), where, "the words of 'sentence'")
        indices = expect(row.get("predicate_indices"), list, where, "'predicate_indices'")
        labels = expect(row.get("labels"), list, where, "'labels'")
        if len(indices) != len(labels):
            raise UserError(f"{where}: {len(indices)} predicate_indices, {len(labels)} labels")
        at = [expect(index, int, where, "the number of a word") - 1 for index in indices]
        judged = zip(at, labels, strict=True)
        return Annotated(words, where, name, events=events(judged, words, where))

    return reading_of(reading).texts(path, read_members(path), sentence)


def read_factuality_jsonl(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a JSONL file, plain or gzipped, one object per line.

    Each has `text` (words between single spaces) and `targets`, each of those `span1` (a word: its
    position from 0, and the next), `label`, and possibly `span_text`, which is checked. Raises
    UserError with file and line where something else is found.
    """
    reading = reading_of(reading)

    def sentence(numbered: tuple[int, dict[str, Any]]) -> Annotated:
        number, row = numbered
        where = f"{path}:{number}"
        text = expect(row.get("text"), str, where, "the string 'text'")
        words = expect_words(text.split(" "), where, "words")
        targets = expect(row.get("targets"), list, where, "the list 'targets'")
        judged = [_target(target, words, where) for target in targets]
        return Annotated(words=words, where=where, events=events(judged, words, where))

    return reading.texts(path, read_objects(path, reading), sentence)


def _target(value: Any, words: tuple[str, ...], where: str) -> tuple[int, Any]:
    target = expect(value, dict, where, "a target")
    span = target.get("span1")
    match span:
        case [int(start), int(end)] if end == start + 1 and 0 <= start < len(words):
            pass
        case _:
            raise UserError(f"{where}: span1 {str(span)[:40]}, expected one of {len(words)} words")
    if target.get("span_text", words[start]) != words[start]:
        said = str(target["span_text"])[:40]
        raise UserError(f"{where}: span_text {said!r}, word {start} is {words[start][:40]!r}")
    return start, target.get("label")


def events(
    judged: Iterable[tuple[int, Any]], words: tuple[str, ...], where: str
) -> tuple[Event, ...]:
    """Events from positions and labels, in the order of words.

    Raises UserError where a position is no word, is there twice, or a label is not between -3
    and 3.
    """
    found: dict[int, Event] = {}
    for word, label in judged:
        if not 0 <= word < len(words):
            raise UserError(f"{where}: predicate {word + 1}, there are {len(words)} words")
        value = expect_number(label, where, "a label")
        if not LOWEST <= value <= HIGHEST:
            raise UserError(f"{where}: label {value}; allowed: {LOWEST} to {HIGHEST}")
        if word in found:
            raise UserError(f"{where}: two labels of word {word + 1}")
        found[word] = Event(word, value)
    return tuple(event for _, event in sorted(found.items()))


def _looks(sample: Sample, key: str) -> Sure:
    return Sure.MARKED if any(f'"{key}"' in line for line in sample.lines[:20]) else Sure.NO


FORMATS.add(
    Format(
        name="factuality-json",
        about="event factuality as one JSON object of sentences (Liu et al. 2019)",
        endings=(".json",),
        carries=("events",),
        read=read_factuality_json,
        looks=partial(_looks, key="predicate_indices"),
    )
)
FORMATS.add(
    Format(
        name="factuality-jsonl",
        about="event factuality as JSONL of sentences with spans",
        endings=(".jsonl",),
        carries=("events",),
        read=read_factuality_jsonl,
        looks=partial(_looks, key="span1"),
    )
)
