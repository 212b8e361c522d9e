"""A task of a user's own data."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.tasks.own.columns import OWN, Columns, complete
from tombola.tasks.own.shapes.shape import SHAPES, Asked, Cut, Shape, missing
from tombola.tasks.own.sources import tables_of
from tombola.tasks.own.splits import Chosen, Tables, choose
from tombola.tasks.task import Task, sample
from tombola.text.reading import Reading, reading_of
from tombola.text.tables.table import Cells, TableOfText, cell


def load_own(
    data: Any,
    columns: Columns | None = None,
    *,
    name: str = OWN,
    files: Mapping[str, Path] | None = None,
    form: str | None = None,
    split: str | None = None,
    train: int | None = None,
    dev: int | None = None,
    seed: int = 0,
    metric: str | None = None,
    apart: float | None = None,
    reading: Reading | None = None,
) -> Task:
    """A task of tables whose columns the user names.

    Args:
        data: a file or folder (CSV, TSV, JSON lines, Parquet; plain or gzipped), a hub id
            (`owner/name` or `owner/name:configuration`), a data frame, a `datasets.Dataset` or
            `DatasetDict`, a list of mappings; or a mapping from splits to such.
        columns: which column is what; those that are not named are told by their names.
        name: what to call the task.
        files: in place of data, the file of each split.
        form: csv, tsv, jsonl or parquet, where endings do not tell.
        split: the split to be scored on; by default dev (or validation), or else test. One table
            alone is scored on as a whole.
        train: training examples, drawn by `seed`; all where not given.
        dev: examples to be scored on.
        seed: of what is drawn.
        metric: another metric than that of the kind of task: accuracy, span_f1, pearson, bleu.
        apart: share of one table alone that is set apart to be scored on, so that the rest can be
            learned from; equal texts stay on one side.
        reading: what is done about rows that cannot be read, or are no examples.

    Raises UserError, with file and line where there are such, for what cannot be read, a column
    that is not there, a row without text or label, and a metric that is not of such answers.
    """
    columns = columns or Columns()
    tables = _of_files(files, form) if files is not None else tables_of(data, form)
    where = next(table.where for each in tables.values() for table in each)
    place = str(data) if isinstance(data, str | Path) else where
    chosen = choose(tables, split, place, cut=apart is not None)
    columns = complete(columns, tables[chosen.dev][0])
    asked = Asked(columns, metric, _declared(tables, chosen, columns))
    reading = reading_of(reading)
    rows = {
        role: list(_rows(tables[own], columns, reading))
        for role, own in (("train", chosen.train), ("dev", chosen.dev))
        if own is not None
    }
    shape = _shape([row for own in rows.values() for row in own], asked, where)
    read = {
        role: list(reading.each(own, lambda row: shape.read(row, asked)))
        for role, own in rows.items()
    }
    for role, found in read.items():
        if not found:
            raise reading.nothing(Path(tables[getattr(chosen, role)][0].where), "rows")
    made = shape.made(read, asked)
    learned, scored = made.splits.get("train", ()), made.splits["dev"]
    if apart is not None and chosen.alone:
        learned, scored = _apart(scored, apart, seed, where)
    if learned and made.labels is not None and len(made.labels) < 2:
        raise UserError(f"{where}: {columns.label}: one class alone: there is nothing to learn")
    task = Task(
        name=name,
        kind=shape.name,
        labels=made.labels,
        metric=made.metric,
        train=sample(learned, train if learned else None, seed, f"{name} train"),
        dev=sample(scored, dev, seed, f"{name} dev"),
        n_dropped=reading.n_bad,
        notes=reading.said,
    )
    return task if metric is None else task.with_metric(metric)


def _of_files(files: Mapping[str, Path], form: str | None) -> Tables:
    found: dict[str, Sequence[TableOfText]] = {}
    for split, file in files.items():
        found[split] = next(iter(tables_of(file, form).values()))
    return found


def _rows(tables: Sequence[TableOfText], columns: Columns, reading: Reading) -> Iterator[Cut]:
    answer = columns.label if columns.target is None else columns.target
    text, pair = columns.text, columns.pair
    assert text is not None  # `complete` saw to it
    assert answer is not None

    def cut(located: Cells) -> Cut:
        where, row = located
        paired = None if pair is None else cell(row, pair, where)
        return Cut(where, cell(row, text, where), paired, cell(row, answer, where))

    for table in tables:
        yield from reading.each(table.read(reading), cut)


def _declared(tables: Tables, chosen: Chosen, columns: Columns) -> tuple[str, ...] | None:
    """What numbers of labels stand for. Raises UserError where splits disagree."""
    column = columns.label or ""
    said = {
        table.names.get(column)
        for own in (chosen.train, chosen.dev)
        if own is not None
        for table in tables[own]
    }
    if len(said) > 1:
        raise UserError(f"{tables[chosen.dev][0].where}: splits name the classes of {column} apart")
    return said.pop()


def _shape(rows: Sequence[Cut], asked: Asked, where: str) -> Shape:
    if asked.columns.kind is not None:
        return SHAPES[asked.columns.kind]
    # A cell that holds nothing tells nothing; where none does, the first row is said to lack it.
    whole = [row for row in rows if not missing(row.text) and not missing(row.answer)] or rows
    fitting = [shape for shape in SHAPES.values() if whole and shape.fits(whole, asked)]
    if len(fitting) != 1 and not whole:
        raise UserError(f"{where}: no rows")
    if len(fitting) != 1:
        raise UserError(f"{whole[0].where}: what is to be learned? name the kind of task: "
                        f"{', '.join(SHAPES)}")  # fmt: skip
    return fitting[0]


def _apart(
    examples: Sequence[Any], share: float, seed: int, where: str
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Examples to learn from, and a share to be scored on; equal texts on one side."""
    texts = list(dict.fromkeys(example.lines for example in examples))
    n = round(share * len(texts))
    if not 0 < n < len(texts):
        raise UserError(f"{where}: too few different texts to set {share} of them apart")
    held = set(random.Random(f"apart/{seed}").sample(range(len(texts)), n))
    chosen = {text for i, text in enumerate(texts) if i in held}
    learned = tuple(example for example in examples if example.lines not in chosen)
    return learned, tuple(example for example in examples if example.lines in chosen)
