"""Text in two languages, line by line."""

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import TranslationExample
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of

Line = tuple[int, str]


def read_parallel(
    source: Path, target: Path, reading: Reading | None = None
) -> Iterator[TranslationExample]:
    """The lines of two files, plain or gzipped, each with its translation; streams.

    Raises UserError with file and line where a line is empty in one language or both (a `reading`
    that skips leaves such pairs out) and, with both counts, where one file has more lines than the
    other.
    """
    pair = partial(_pair, (source, target))
    return reading_of(reading).texts(source, _both(source, target), pair)


def _pair(paths: tuple[Path, Path], lines: tuple[Line, Line]) -> TranslationExample:
    for path, (number, text) in zip(paths, lines, strict=True):
        if not text.strip():
            raise UserError(f"{path}:{number}: an empty line where a sentence was expected")
    return TranslationExample(lines[0][1].strip(), lines[1][1].strip())


def _both(source: Path, target: Path) -> Iterator[tuple[Line, Line]]:
    lines = zip_longest(read_lines(source, mixed_ends=True), read_lines(target, mixed_ends=True))
    for n, (one, other) in enumerate(lines):
        if one is None or other is None:
            n_source, n_target = n, n
            if one is None:
                n_target += 1 + sum(other is not None for _, other in lines)
            else:
                n_source += 1 + sum(one is not None for one, _ in lines)
            raise UserError(f"{source}: {n_source} lines; {target}: {n_target}: as many expected")
        yield one, other
