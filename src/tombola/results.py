"""How what a verb found shows itself: to print, in a notebook, as a frame."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tombola.extras import extra

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Record = dict[str, Any]
MOST = 24
"""Rows that are printed; `to_frame` has all."""
LONGEST = 120
"""Characters of a short form."""


class Result:
    """Mixed into results: a subclass says `lines` and `records`, and gets every way of showing.

    A dataclass that mixes it in says `repr=False`, or its fields would be printed instead.
    """

    shown: ClassVar[tuple[str, ...]] = ()
    """Columns that are printed; all where empty."""

    def lines(self) -> Sequence[str]:
        """What it comes to, in words; the first line stands for the whole."""
        return ()

    def records(self) -> list[Record]:
        """A plain row for each number or thing."""
        return []

    def printed(self) -> list[Record]:
        """The rows that a person is shown; by default all."""
        return self.records()

    def to_frame(self) -> "pd.DataFrame":
        """The rows as a frame. Raises UserError where pandas is not installed."""
        with extra("report"):
            import pandas as pd
        return pd.DataFrame(self.records())

    def __repr__(self) -> str:
        text = " ".join(next(iter(self.lines()), f"{len(self.records())} rows").split())
        return f"{type(self).__name__}({_clipped(text)})"

    def __str__(self) -> str:
        heads, rows, more = self._table()
        found = [*self.lines(), *_aligned(heads, rows)]
        return "\n".join([*found, more] if more else found) or repr(self)

    def _repr_html_(self) -> str:
        """For notebooks; all text is escaped."""
        heads, rows, more = self._table()
        said = "".join(f"<p>{escape(line)}</p>" for line in self.lines())
        if rows:
            head = "".join(f"<th>{escape(each)}</th>" for each in heads)
            body = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
            )
            said += f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return said + (f"<p>{escape(more)}</p>" if more else "")

    def _table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
        """Heads and cells of what is printed, and how many rows are not."""
        found = self.printed()
        heads = self.shown or tuple(dict.fromkeys(key for row in found for key in row))
        rows = [tuple(cell(row.get(head)) for head in heads) for row in found[:MOST]]
        left = len(found) - len(rows)
        more = f"… and {left:,} more rows: to_frame() has all" if left else ""
        return tuple(head.replace("_", " ") for head in heads), rows, more


class Listed(list[T], Result):
    """A list of plain things that shows itself as a table; it is a list like any other."""

    def __init__(self, things: Iterable[T], what: str, shown: Sequence[str] = ()) -> None:
        """`what` names the things in the plural; `shown` are the fields that are printed."""
        super().__init__(things)
        self._what = what
        self._shown = tuple(shown)

    def lines(self) -> Sequence[str]:
        """How many there are."""
        return (f"{len(self):,} {self._what}",)

    def records(self) -> list[Record]:
        """The fields of each."""
        return [_fields(each) for each in self]

    def printed(self) -> list[Record]:
        """The fields that are to be printed."""
        every = self.records()
        if not self._shown:
            return every
        return [{key: row.get(key) for key in self._shown} for row in every]

    __repr__ = Result.__repr__
    __str__ = Result.__str__


def cell(value: Any) -> str:
    """A value as a person reads it: numbers with four digits, nothing for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return _clipped(" ".join(str(value).split()), 40)


def _fields(thing: Any) -> Record:
    if isinstance(thing, Mapping):
        return dict(thing)
    if hasattr(thing, "to_dict"):
        return dict(thing.to_dict())
    return asdict(thing) if is_dataclass(thing) and not isinstance(thing, type) else vars(thing)


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of text, numbers to the right."""
    if not rows:
        return []
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(_is_number(text) for text in column[1:]) for column in columns]
    return [
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in (heads, *rows)
    ]


def _is_number(text: str) -> bool:
    return text == "–" or text.replace(",", "").lstrip("-−").replace(".", "", 1)[:1].isdigit()


def _clipped(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
