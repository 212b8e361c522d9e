"""A corpus: one file, or all files of a folder, in the order of their names."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.format import Format
from tombola.text.formats.guess import Guess, guesses, the_format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.reading import Reading

_ABOUT = re.compile(r"\.|(?:README|LICEN[CS]E|COPYING|SOURCE|AUTHORS|CHANGE(?:S|LOG))\b", re.I)
"""Names of files that are about a corpus."""


def read_corpus(chosen: Format, path: Path, reading: Reading) -> Iterator[Annotated]:
    """The texts of a file, or of all files of a folder that are of a format, one at a time.

    Files of a folder, at any depth, are of a format by their ending or content; others are noted,
    and left out. Where none seems to be, all are read. Raises UserError as the format's reader
    does, and where a folder holds no file.
    """
    files = [path] if not path.is_dir() else all_files(path)
    known = [file for file in files if file == path or _is_of(chosen, file)]
    for file in files if known else ():
        if file not in known:
            said = f"{file}: not of format {chosen.name}, left out"
            reading.note("files of other formats", said)
    for file in known or files:
        yield from chosen.read(file, reading)


def all_files(folder: Path) -> list[Path]:
    """All files of a folder at any depth but those about the corpus, sorted.

    Raises UserError where there is none.
    """
    found = sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(map(_ABOUT.match, file.relative_to(folder).parts))
    )
    if not found:
        raise UserError(f"{folder}: a folder without files")
    return found


def corpus_format(path: Path, able: Iterable[Format], what: str) -> Guess:
    """The one format of a file, or of the first file of a folder that is of any.

    Raises UserError as `the_format` does.
    """
    formats = list(able)
    if not path.is_dir():
        return the_format(path, formats, what)
    files = all_files(path)
    for file in files:
        if guesses(file, formats):
            return the_format(file, formats, what)
    return the_format(files[0], formats, what)


def _is_of(chosen: Format, file: Path) -> bool:
    if chosen.by_ending(file):
        return True
    try:
        return chosen.sure(Sample.of(file)) >= Sure.LIKELY
    except UserError:  # no text
        return False
