"""Tables that steps fill, and what their columns are."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tombola.report.between import BETWEEN
from tombola.study import KINDS
from tombola.study.collect import STAGES
from tombola.tables import Table

INTRODUCTION = """\
# Tables and columns

A study's `tables/` has a Parquet file for each of these that it has rows for, and the same as CSV.
`tombola.Tables.read(folder)` reads all of them; `tombola.tables.about(folder, name)` says what the
columns of one file are. Every row of a number names its `model` and ends in a `signature`.

Tables with *axes* have further columns of text, one for each axis of the recipe.
"""


def page(_: Path) -> str:
    """All declared tables, each with the kinds of steps that fill it."""
    found = declared()
    lines = [INTRODUCTION]
    for name in sorted(found):
        table, kinds = found[name]
        by = ", ".join(f"[`{kind}`](../recipe-keys.md#{kind})" for kind in kinds)
        lines += [f"## {name}", ""]
        lines += [f"Filled by {by}.{' With axes.' if table.open_axes else ''}" if by else "", ""]
        lines += ["| column | type | what it is |", "|---|---|---|"]
        for column, (dtype, about) in table.columns.items():
            lines.append(f"| `{column}` | {dtype} | {about.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def declared() -> Mapping[str, tuple[Table, list[str]]]:
    """Each table by its name, and the kinds of steps that fill it."""
    found: dict[str, tuple[Table, list[str]]] = {}
    for table, kind in _by_kind():
        found.setdefault(table.name, (table, []))[1].append(kind)
    for table in (STAGES, BETWEEN):  # of a whole study, and of several
        found.setdefault(table.name, (table, []))
    return found


def _by_kind() -> Iterator[tuple[Table, str]]:
    for name, kind in KINDS.items():
        for table in kind.tables:
            yield table, name
