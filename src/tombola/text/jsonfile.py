"""JSON of unknown origin, read strictly: every error names file and line."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tombola.errors import UserError
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of

T = TypeVar("T")

_SPACE = " \t\n\r"


def read_objects(
    path: Path, reading: Reading | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line of a JSONL file; blank lines are skipped. Streams.

    Raises UserError with file and line where a line is not one JSON object.
    """

    def decode(numbered: tuple[int, str]) -> tuple[int, dict[str, Any]]:
        number, line = numbered
        where = f"{path}:{number}"
        return number, expect(_decode(line, where), dict, where, "a JSON object")

    lines = (numbered for numbered in read_lines(path) if numbered[1].strip(_SPACE))
    return reading_of(reading).each(lines, decode)


def read_members(path: Path) -> Iterator[tuple[int, str | None, Any]]:
    """Line number, key and value of each member of the one object or array that a file holds.

    The key is None in an array. A repeated key is an error, not, as in `json.load`, a loss. The
    text of the file is held in memory, one member at a time is decoded.
    """
    text = "\n".join(line for _, line in read_lines(path))
    scanner = _Scanner(path, text)
    close = {"[": "]", "{": "}"}.get(scanner.take())
    if close is None:
        scanner.fail("a JSON array or object was expected")
    if scanner.peek() == close:
        scanner.take()
    else:
        yield from _members(scanner, keyed=close == "}", close=close)
    if scanner.peek():
        scanner.fail("text after the end of the JSON value")


def _members(scanner: "_Scanner", keyed: bool, close: str) -> Iterator[tuple[int, str | None, Any]]:
    seen: set[str] = set()
    while True:
        scanner.peek()
        number, key = scanner.line, None
        if keyed:
            key = scanner.value()
            if not isinstance(key, str) or scanner.take() != ":":
                scanner.fail("a key and a colon were expected")
            if key in seen:
                scanner.fail(f"key {key[:40]!r} again")
            seen.add(key)
        yield number, key, scanner.value()
        mark = scanner.take()
        if mark == close:
            return
        if mark != ",":
            scanner.fail(f"a comma or {close} was expected")


class _Scanner:
    """A place in a JSON text."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text, self._at = path, text, 0
        self._counted, self.line = 0, 1
        self._decoder = json.JSONDecoder(parse_constant=_refuse)

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while self._at < len(self._text) and self._text[self._at] in _SPACE:
            self._at += 1
        self.line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._text[self._at : self._at + 1]

    def take(self) -> str:
        mark = self.peek()
        self._at += len(mark)
        return mark

    def value(self) -> Any:
        self.peek()
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as problem:
            raise UserError(f"{self._path}:{problem.lineno}: not JSON: {problem.msg}") from problem
        except (ValueError, RecursionError) as problem:
            raise UserError(f"{self._path}:{self.line}: not JSON: {problem}") from problem
        return value

    def fail(self, what: str) -> NoReturn:
        self.peek()
        raise UserError(f"{self._path}:{self.line}: not JSON: {what}")


def expect(value: Any, kind: type[T], where: str, what: str) -> T:
    """`value`, of which `what` says what it should be. Raises UserError where it is no `kind`."""
    # In Python True is an int: as a count or an index it is an error.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        shown = "nothing" if value is None else json.dumps(value)[:40]
        raise UserError(f"{where}: {shown} where {what} was expected")
    return value


def expect_number(value: Any, where: str, what: str) -> float:
    """`value` as a finite number. Raises UserError where it is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            if math.isfinite(number):
                return number
    except OverflowError:
        pass  # a whole number beyond all floats: as little of a number as infinity
    raise UserError(f"{where}: {json.dumps(value)[:40]} where {what} was expected")


def expect_words(value: Any, where: str, what: str) -> tuple[str, ...]:
    """`value` as words: a list of strings, none of them blank, at least one."""
    words = expect(value, list, where, what)
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise UserError(f"{where}: {json.dumps(word)[:40]} where a word was expected")
    if not words:
        raise UserError(f"{where}: a sentence without words")
    return tuple(words)


def _decode(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        said = problem.msg if isinstance(problem, json.JSONDecodeError) else problem
        raise UserError(f"{where}: not JSON: {said}") from problem


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
