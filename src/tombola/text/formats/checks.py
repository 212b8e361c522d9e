"""What all readers of columns demand alike."""

import hashlib
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import ROOT
from tombola.text.opening import open_bytes
from tombola.text.reading import Reading

NOTHING = "_"
"""What stands in a column where nothing is annotated."""

_POSITIONS = {str(i + 1): i for i in range(ROOT, 300)}
"""Of nearly all heads, found faster than reckoned."""

MOST_OF_IT = 0.5
"""A column is a layer of its file where so large a share of its words have something there."""


class UniqueIds:
    """The ids seen so far in a file; they are all that a reader keeps of what it has read.

    Of each, a hash of 8 bytes and the line: two ids of the same hash are looked upon as one, which
    among ten million ids happens once in 370,000 files.
    """

    def __init__(self, path: Path, reading: Reading, of: str = "sentences") -> None:
        """`of` says whose ids they are."""
        self._path, self._reading, self._of = path, reading, of
        self._lines: dict[int, int] = {}

    def add(self, name: str, number: int) -> None:
        """Note it where an id was there before, with both lines: nothing is misread by it."""
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        first = self._lines.setdefault(int.from_bytes(digest, "little"), number)
        if first != number:
            self._reading.note(
                f"{self._of} with the id of an earlier one",
                f"{self._path}:{number}: id {name[:80]!r} was given on line {first} already",
            )


def layer(column: tuple[str, ...]) -> tuple[str, ...] | None:
    """A column as a layer: None where nothing is annotated in all of it."""
    return None if all(cell == NOTHING for cell in column) else column


def check_words(where: str, forms: Sequence[str]) -> None:
    """Raise UserError where the words of a sentence are blank, or not there: `_` for all."""
    if not all(form.strip() for form in forms):
        raise UserError(f"{where}: a word without a form")
    if len(forms) > 1 and all(form == NOTHING for form in forms):
        raise UserError(f"{where}: a sentence without words: all forms are {NOTHING!r}")


def is_layer(path: Path, column: int, name: str, reading: Reading) -> bool:
    """Whether a column of a file between tabs is annotated: decided for all of it, by its words.

    Words are lines that begin with a number. A column that is `_` here and there is a layer in
    which `_` is a label, one that is `_` mostly is none; both are noted.
    """
    n = n_filled = 0
    with suppress(OSError, EOFError, zlib.error, UserError), open_bytes(path) as file:
        for line in file:  # what is wrong with the file, reading it will tell
            cells = line.split(b"\t", column + 1)
            if len(cells) > column and cells[0].isdigit():
                n += 1
                n_filled += cells[column].rstrip(b"\r\n") != b"_"
    if n_filled in (0, n):
        return n_filled > 0
    said = f"{path}: {name} is '_' at {n - n_filled:,} of {n:,} words"
    if n_filled < MOST_OF_IT * n:
        reading.note(f"{name} left out", f"{said}: it is left out")
        return False
    reading.note(f"{name} in part", f"{said}: '_' is a label there")
    return True


def cells_of(line: str, n: int | None = None) -> list[str]:
    """The cells of a line between tabs, where there are tabs, else between runs of spaces.

    `n` columns tell how a line is meant in which both stand: a cell may hold spaces or be empty.
    """
    # Not str.split(): a no-break space belongs to a word.
    if "\t" in line:
        cells = line.split("\t")
        if n is None or len(cells) == n:
            return cells
    return [cell for cell in line.replace("\t", " ").split(" ") if cell]


def split_cells(
    path: Path,
    number: int,
    line: str,
    n: int,
    separator: str | None,
    reading: Reading | None = None,
) -> list[str]:
    """The cells of a line of `n` columns; without a separator, tabs or runs of spaces separate.

    With a `reading`, columns after those are noted and left out. Raises UserError where there are
    fewer, or more.
    """
    cells = cells_of(line, n) if separator is None else line.split(separator)
    if len(cells) > n and reading is not None:
        said = f"{path}:{number}: {len(cells)} columns, the first {n} are read"
        reading.note("lines with further columns", said)
        return cells[:n]
    if len(cells) != n:
        raise UserError(f"{path}:{number}: {len(cells)} columns, expected {n}")
    return cells


def head_position(cell: str, n: int) -> int | None:
    """The position that a head column points to, of `n` words; None where it points nowhere."""
    usual = _POSITIONS.get(cell)
    if usual is not None:
        return usual if usual < n else None
    # Short enough for int(), which refuses thousands of digits, and no digits of other scripts.
    if cell.isdecimal() and cell.isascii() and len(cell) < 10 and int(cell) <= n:
        return int(cell) - 1  # which makes ROOT of 0
    return None


def check_tree(path: Path, numbers: Sequence[int], heads: Sequence[int], many_roots: bool) -> None:
    """Raise UserError unless the heads of a sentence make a tree, or with `many_roots` trees.

    `numbers` are the lines of the words, `heads` their positions or `ROOT`.
    """
    roots = [i for i, head in enumerate(heads) if head == ROOT]
    if len(roots) > 1 and not many_roots:
        first = numbers[roots[0]]
        said = f"a second root, expected one; the first is on line {first}"
        raise UserError(f"{path}:{numbers[roots[1]]}: {said}")
    # Climb from each word until a word that is known to reach the root.
    reached = [0] * len(heads)  # 0: not seen; i + 1: seen on the way up from word i
    for i in range(len(heads)):
        at = i
        while at != ROOT and not reached[at]:
            reached[at] = i + 1
            at = heads[at]
        if at != ROOT and reached[at] == i + 1:
            raise UserError(f"{path}:{numbers[at]}: word {at + 1} is its own head in the end")
