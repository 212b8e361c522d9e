"""`tombola masks`: what masks share."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.verbs import MaskPair


@app.command()
def masks(
    files: Annotated[list[Path], typer.Argument(help="Mask files or tickets' folders.")],
    as_json: Json = False,
) -> None:
    """What every two of some masks share, beside what chance would give."""
    found = verbs.compare_masks(list(files))
    answer(found, as_json, _mask_pairs)


def _mask_pairs(found: Iterable["MaskPair"]) -> None:
    """What masks share; each has a number, for paths are long."""
    pairs = list(found)
    numbers: dict[str, str] = {}
    for pair in pairs:
        for path in (pair.a, pair.b):
            numbers.setdefault(path, str(len(numbers) + 1))
    for path, number in numbers.items():
        line(f"{number}  {path}")
    rows = [
        (
            f"{numbers[pair.a]} · {numbers[pair.b]}",
            f"{pair.overlap.intersection:,}",
            f"{pair.overlap.jaccard:.4f}",
            f"{pair.overlap.expected_jaccard:.4f}",
            f"{pair.overlap.expected_jaccard_by_tensor:.4f}",
            f"{pair.overlap.n:,}",
        )
        for pair in pairs
    ]
    heads = ("masks", "shared", "Jaccard", "by chance", "by chance per tensor", "n weights")
    table(heads, rows, right=(1, 2, 3, 4, 5))
