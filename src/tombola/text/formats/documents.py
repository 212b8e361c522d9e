"""Documents between `#begin document` and `#end document`: the frame of coreference formats."""

import re
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.formats.checks import UniqueIds
from tombola.text.lines import read_lines

_BEGIN = re.compile(r"#\s*begin document\b\s*(?P<name>.*?)\s*$")
_END = re.compile(r"#\s*end document\b")

Line = tuple[int, str]


def read_documents(path: Path) -> Iterator[tuple[int, str | None, list[list[Line]]]]:
    """Line of its beginning, name, and sentences of each document, one document at a time.

    A sentence is a run of numbered lines between empty lines; other comments are skipped. Raises
    UserError where a document lacks its beginning, its end or its words, two have one name, or
    there is none.
    """
    ids = UniqueIds(path)
    begun: tuple[int, str | None] | None = None
    sentences: list[list[Line]] = []
    inside = found = False
    for number, line in read_lines(path):
        if not line.strip(" \t"):
            inside = False
        elif begin := _BEGIN.match(line):
            if begun:
                raise UserError(f"{path}:{number}: the document of line {begun[0]} has no end")
            begun, sentences, inside = (number, begin["name"] or None), [], False
            if begin["name"]:
                ids.add(begin["name"], number)
        elif _END.match(line):
            if not begun:
                raise UserError(f"{path}:{number}: the end of a document that has not begun")
            if not sentences:
                raise UserError(f"{path}:{number}: a document without words")
            yield *begun, sentences
            begun, found = None, True
        # A word of the column formats is never in the first column: a row does not begin with #.
        elif not line.startswith("#"):
            if not begun:
                raise UserError(f"{path}:{number}: expected '#begin document', found a word")
            if not inside:
                sentences.append([])
            sentences[-1].append((number, line))
            inside = True
    if begun:
        raise UserError(f"{path}:{begun[0]}: a document without '#end document'")
    if not found:
        raise UserError(f"{path}: no documents")
