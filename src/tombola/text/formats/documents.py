"""Documents between `#begin document` and `#end document`: the frame of coreference formats."""

import re
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.formats.checks import UniqueIds
from tombola.text.formats.sample import Sample
from tombola.text.lines import read_lines
from tombola.text.reading import Reading

_BEGIN = re.compile(r"#\s*begin document\b\s*(?P<name>.*?)\s*$")
_END = re.compile(r"#\s*end document\b")

Line = tuple[int, str]


Document = tuple[int, str | None, list[list[Line]]]
"""Line of its beginning, name, and sentences."""


def read_documents(path: Path, reading: Reading) -> Iterator[Document]:
    """Line of its beginning, name, and sentences of each document, one document at a time.

    A sentence is a run of numbered lines between empty lines; other comments are skipped. Raises
    UserError where a document lacks its beginning, its end or its words, or there is none; two of
    one name are two, which is noted. A reading that skips goes on at the next document.
    """
    ids = UniqueIds(path, reading, "documents")
    begun: tuple[int, str | None] | None = None
    sentences: list[list[Line]] = []
    inside = found = False
    for number, line in read_lines(path):
        if not line.strip(" \t"):
            inside = False
        elif begin := _BEGIN.match(line):
            if begun:
                said = f"{path}:{number}: the document of line {begun[0]} has no end"
                reading.refuse(UserError(said))
            begun, sentences, inside = (number, begin["name"] or None), [], False
            if begin["name"]:
                ids.add(begin["name"], number)
        elif _END.match(line):
            if not begun:
                said = f"{path}:{number}: the end of a document that has not begun"
                reading.refuse(UserError(said))
            elif not sentences:
                reading.refuse(UserError(f"{path}:{number}: a document without words"))
            else:
                yield *begun, sentences
                found = True
            begun, sentences, inside = None, [], False
        # A word of the column formats is never in the first column: a row does not begin with #.
        elif not line.startswith("#"):
            if not begun and not inside:
                said = f"{path}:{number}: expected '#begin document', found a word"
                reading.refuse(UserError(said))
            if not inside:
                sentences.append([])
            sentences[-1].append((number, line))
            inside = True
    if begun:
        reading.refuse(UserError(f"{path}:{begun[0]}: a document without '#end document'"))
    if not found:
        raise reading.nothing(path, "documents")


def begins_document(sample: Sample) -> bool:
    """Whether a file begins as this frame does."""
    return any(_BEGIN.match(line) for line in sample.lines[:20])
