"""GLUE's own files: tab-separated, without any quoting.

A quotation mark is a character like any other: a CSV reader that takes it for a quote swallows
rows of CoLA, MRPC and STS-B.
"""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import SentenceExample
from tombola.text.glue.labels import NO_GOLD, from_text
from tombola.text.glue.layouts import Layout
from tombola.text.lines import read_lines

ID_COLUMNS = ("index", "id")


def read_tsv(path: Path, layout: Layout, hidden: bool) -> tuple[list[SentenceExample], int]:
    """Examples of one file, and how many rows were left out (`Layout.may_break`, `may_lack_gold`).

    With `hidden`, it is a test file: its labels are not there or not read. Raises UserError with
    file and line where the file is not laid out so.
    """
    # Sentences stand last in test files: a stray carriage return may be the end of one.
    lines = read_lines(path, mixed_ends=hidden)
    names = list(layout.no_header) if layout.no_header and not hidden else _header(path, lines)
    *texts, label_column = layout.columns
    missing = [column for column in texts if column not in names]
    if label_column not in names and not hidden:
        missing.append(label_column)
    if missing:
        header = ", ".join(map(repr, names))[:200]
        raise UserError(f"{path}:1: no column {', '.join(missing)}; the header has {header}")
    sentence_columns = [names.index(column) for column in texts]
    label_at = None if hidden else names.index(label_column)
    id_column = next((names.index(column) for column in ID_COLUMNS if column in names), None)
    seen: dict[str, int] = {}
    examples = []
    n_dropped = 0
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            if layout.may_break and len(cells) < len(names):
                n_dropped += 1
                continue
            raise UserError(f"{path}:{number}: {len(cells)} columns, expected {len(names)}")
        if id_column is not None and seen.setdefault(cells[id_column], number) != number:
            said = f"{names[id_column]} {cells[id_column][:40]!r} again, first on line"
            raise UserError(f"{path}:{number}: {said} {seen[cells[id_column]]}")
        label = None
        if label_at is not None:
            cell = cells[label_at]
            if cell == NO_GOLD and layout.may_lack_gold:
                n_dropped += 1
                continue
            label = from_text(cell, layout, f"{path}:{number}")
        text, *pair = [cells[column] for column in sentence_columns]
        examples.append(SentenceExample(text, pair[0] if pair else None, label))
    if not examples:
        raise UserError(f"{path}: no examples")
    return examples, n_dropped


def _header(path: Path, lines: Iterator[tuple[int, str]]) -> list[str]:
    for _, line in lines:
        return line.split("\t")
    raise UserError(f"{path}: empty file, expected a header line")
