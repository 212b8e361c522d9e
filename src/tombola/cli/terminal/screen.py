"""How a person reads it: tables, lines, numbers."""

from collections.abc import Iterable
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text


def table(
    heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()
) -> None:
    """Print a table; `right` are the columns of numbers."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column, head in enumerate(heads):
        side: Literal["left", "right"] = "right" if column in right else "left"
        shown.add_column(head, justify=side, overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))  # Text: no markup in what came from data
    Console().print(shown)


def line(text: str) -> None:
    """Print a line; nothing in it is markup."""
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


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
