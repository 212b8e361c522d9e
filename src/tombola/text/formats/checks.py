"""What all readers of columns demand alike."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import ROOT


class UniqueIds:
    """The ids seen so far in a file; they are all that a reader keeps of what it has read.

    Of each, a hash of 8 bytes and the line: two ids of the same hash are looked upon as one, which
    among ten million ids happens once in 370,000 files.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[int, int] = {}

    def add(self, name: str, number: int) -> None:
        """Raise UserError where an id was there before, with both lines."""
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        first = self._lines.setdefault(int.from_bytes(digest, "little"), number)
        if first != number:
            raise UserError(
                f"{self._path}:{number}: id {name[:80]!r} was given on line {first} already"
            )


def split_cells(path: Path, number: int, line: str, n: int, separator: str | None) -> list[str]:
    """The cells of a line of `n` columns; without a separator, runs of spaces or tabs separate.

    Raises UserError where there are more or fewer.
    """
    if separator is None:  # not str.split(): a no-break space belongs to a word
        cells = [cell for cell in line.replace("\t", " ").split(" ") if cell]
    else:
        cells = line.split(separator)
    if len(cells) != n:
        raise UserError(f"{path}:{number}: {len(cells)} columns, expected {n}")
    return cells


def head_position(cell: str, n: int) -> int | None:
    """The position that a head column points to, of `n` words; None where it points nowhere."""
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
