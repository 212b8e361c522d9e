"""Text in two languages, line by line."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import TranslationExample
from tombola.text.lines import read_lines


def read_parallel(source: Path, target: Path) -> Iterator[TranslationExample]:
    """The lines of two files, plain or gzipped, each with its translation; streams.

    Raises UserError with file and line where a line is empty in one language and, with both counts,
    where one file has more lines than the other.
    """
    n = 0
    lines = zip_longest(read_lines(source, mixed_ends=True), read_lines(target, mixed_ends=True))
    for one, other in lines:
        if one is None or other is None:
            n_source, n_target = n, n
            if one is None:
                n_target += 1 + sum(other is not None for _, other in lines)
            else:
                n_source += 1 + sum(one is not None for one, _ in lines)
            raise UserError(f"{source}: {n_source} lines; {target}: {n_target}: as many expected")
        n += 1
        for path, (number, text) in ((source, one), (target, other)):
            if not text.strip():
                raise UserError(f"{path}:{number}: an empty line where a sentence was expected")
        yield TranslationExample(one[1].strip(), other[1].strip())
    if not n:
        raise UserError(f"{source}: no sentences")
