"""Text in two languages from whatever files hold it: line by line, or WMT's test sets."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import TranslationExample
from tombola.text.formats.sample import Sample
from tombola.text.parallel import read_parallel
from tombola.text.reading import Reading
from tombola.text.sgml import read_sgml, read_test_set

_MARKUP = ("<?xml", "<!doctype", "<srcset", "<refset", "<tstset", "<dataset", "<doc")


def read_pairs(source: Path, target: Path | None, reading: Reading) -> Iterator[TranslationExample]:
    """The sentences of two files with their translations, or of one that holds both (WMT's XML).

    The content tells which form it is. Raises UserError as `read_parallel` and `read_test_set` do.
    """
    if is_test_set(source):
        return iter(read_test_set(source, target, reading=reading))
    if target is None:
        raise UserError(f"{source}: lines in one language, and no file of translations")
    return read_parallel(source, target, reading)


def is_test_set(path: Path) -> bool:
    """Whether a file is one of WMT's test sets, in SGML or XML."""
    return Sample.of(path).lines[0].lstrip().lower().startswith(_MARKUP)


def beside(path: Path) -> tuple[Path, Path | None]:
    """Source and target of the pair that a file is of; None where it holds both.

    Of a test set, the other half is told by its content; else by its name, which is the same up to
    the ending. Raises UserError where there is none, or several could be it.
    """
    if not is_test_set(path):
        return path, _only(path, [file for file in _siblings(path) if _stem(file) == _stem(path)])
    own = _sides(path)
    if {"source", "reference"} <= own:
        return path, None
    wanted = "source" if "reference" in own else "reference"
    markup = [file for file in _siblings(path) if _readable_test_set(file)]
    other = _only(path, [file for file in markup if wanted in _sides(file)])
    return (other, path) if wanted == "source" else (path, other)


def _only(path: Path, found: list[Path]) -> Path:
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise UserError(f"{path}: one file of translations was expected beside it, found {names}")
    return found[0]


def _siblings(path: Path) -> list[Path]:
    return sorted(file for file in path.parent.iterdir() if file.is_file() and file != path)


def _stem(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).stem


def _readable_test_set(path: Path) -> bool:
    try:
        return is_test_set(path)
    except UserError:
        return False


def _sides(path: Path) -> set[str]:
    return {segment.side for segment in read_sgml(path)}
