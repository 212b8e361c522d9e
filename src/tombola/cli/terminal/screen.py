"""How a person reads it: tables, lines, numbers."""

from collections.abc import Iterable
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

LEAST_TITLE = 24
"""Characters of a title that are always shown."""


def table(
    heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()
) -> None:
    """Print a table; `right` are the columns of numbers.

    Where it is too wide, columns that say the same in every row are one line above it.
    """
    rows = list(rows)
    same: set[int] = set()
    if len(rows) > 1 and _width(heads, rows) > Console().width:
        same = {i for i in range(len(heads)) if len({row[i] for row in rows}) == 1}
    if same and len(same) < len(heads):
        line("; ".join(f"{heads[i]}: {rows[0][i]}" for i in sorted(same) if rows[0][i]))
        left = [i for i in range(len(heads)) if i not in same]
        right = tuple(left.index(i) for i in right if i in left)
        heads = tuple(heads[i] for i in left)
        rows = [tuple(row[i] for i in left) for row in rows]
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column, head in enumerate(heads):
        side: Literal["left", "right"] = "right" if column in right else "left"
        shown.add_column(head, justify=side, overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))  # Text: no markup in what came from data
    Console().print(shown)


def _width(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> int:
    """Characters of the widest row, with two blanks between columns."""
    widest = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return sum(widest) + 2 * (len(widest) - 1)


def line(text: str) -> None:
    """Print a line; nothing in it is markup."""
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def columns(names: Iterable[str], width: int = 36) -> str:
    """Names in two columns, in their order from left to right."""
    every = list(names)
    rows = [every[i : i + 2] for i in range(0, len(every), 2)]
    return "\n".join("".join(name.ljust(width) for name in row).rstrip() for row in rows)


def shortened(text: str, width: int) -> str:
    """A text of at most so many characters: what is too much goes from its middle.

    The ends of a title tell stages apart: the step at its beginning, the round at its end.
    """
    if len(text) <= width:
        return text
    behind = (width - 1) // 2
    return f"{text[: width - 1 - behind]}…{text[len(text) - behind :]}"


def pair(title: str, said: str, width: int | None = None) -> str:
    """A title on the left, cut in its middle where it must be, and what is said of it.

    By default as wide as the terminal.
    """
    room = max((width or Console().width) - len(said) - 2, LEAST_TITLE)
    return f"{shortened(title, room).ljust(room)}  {said}"


def interval(low: float, high: float) -> str:
    """Low to high; empty where it is not known."""
    return f"{low:.4f}–{high:.4f}" if low == low else ""


def milliseconds(seconds: float) -> str:
    """Milliseconds with three figures, and all that stand before the point."""
    ms = seconds * 1e3
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.3g}"


def megabytes(n: int) -> str:
    """With three places."""
    return f"{n / 1e6:,.3f}"
