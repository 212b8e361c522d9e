"""What a part of the page is, and the registry of parts.

A table without a part of its own, a plug-in's say, has a plain one: its columns and first rows.
Figures name the table that they show, and stand in its part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from tombola.registry import Registry
from tombola.report.paper import PaperTable
from tombola.report.reading import Tables, require

PLAIN = 70
"""Place in the page of a table that has no part of its own."""

Say = Callable[[Tables], list[str]]


def _silent(tables: Tables) -> list[str]:
    return []


def _no_papers(tables: Tables) -> list[PaperTable]:
    return []


def _nothing(tables: Tables) -> Mapping[str, pd.DataFrame]:
    return {}


def _all(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


@dataclass(frozen=True)
class Part:
    """One table's section of the page."""

    name: str
    """Name of the table."""
    title: str
    place: int
    """Where it stands: parts are told in ascending order."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns that its figures and sentences read, each `text` or `number`."""
    say: Say = _silent
    """Its sentences, in plain text."""
    papers: Callable[[Tables], list[PaperTable]] = _no_papers
    """Its numbers as a paper prints them: on the page, and as LaTeX beside the table."""
    nothing: str = ""
    """What is said of an experiment without a row in the table; nothing where empty."""
    of: Callable[[pd.DataFrame], pd.DataFrame] = _all
    """The rows that count for that."""
    files: Callable[[Tables], Mapping[str, pd.DataFrame]] = _nothing
    """What a paper would show of it beside the figures: files by name, written as CSV."""
    preview: bool = False
    """Whether the page shows the columns and the first rows."""


PARTS: Registry[Part] = Registry("part", "tombola.report.parts")


def part_of(name: str) -> Part:
    """The part of a table: its own, or a plain one."""
    if name in PARTS:
        return PARTS[name]
    words = name.replace("-", " ").replace("_", " ")
    return Part(name, words[:1].upper() + words[1:], PLAIN, preview=True)


def check(tables: Tables, name: str) -> None:
    """Whether a table holds what its part reads. Raises UserError where it does not."""
    require(tables.joined(name), part_of(name).columns, f"{tables.folder}/{name}.parquet")
