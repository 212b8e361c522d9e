"""From finished stages to tables."""

import json
from pathlib import Path
from typing import Any

from tombola import tables
from tombola.study.finished import Finished
from tombola.study.kind import KINDS
from tombola.study.stage import Stage
from tombola.study.store import Store
from tombola.tables import Table

STAGES = Table(
    "stages",
    {
        "stage": ("string", "name of the stage; signatures refer to it"),
        "step": ("string", "step of the recipe"),
        "kind": ("string", "kind of step"),
        "facts": ("string", "JSON of all that determines it"),
        "reads": ("string", "JSON of the stages that it reads, by role"),
        "versions": ("string", "JSON of the versions of the libraries that did it"),
    },
)


Filled = tuple[Table, list[dict[str, Any]]]
"""A table and its rows."""


def collect(stages: tuple[Stage, ...], store: Store) -> list[Filled]:
    """The rows of every table of every kind in the plan, in the plan's order.

    Equal stages give equal rows, whoever did them in whichever order.
    """
    rows: dict[str, Filled] = {STAGES.name: (STAGES, [])}
    for stage in stages:
        for table in KINDS[stage.kind].tables:
            if not table.rare:
                rows.setdefault(table.name, (table, []))
    done = store.finished()
    for stage in stages:
        if stage.name not in done:
            continue
        record = store.record(stage.name)
        rows[STAGES.name][1].append(
            {
                "stage": stage.name,
                "step": stage.step,
                "kind": stage.kind,
                "facts": json.dumps(stage.facts, sort_keys=True),
                "reads": json.dumps(dict(stage.reads), sort_keys=True),
                "versions": json.dumps(record["versions"], sort_keys=True),
            }
        )
        finished = Finished(stage, store.path(stage.name), record["versions"])
        for table, row in KINDS[stage.kind].rows(finished):
            rows.setdefault(table.name, (table, []))[1].append(row)
    return list(rows.values())


def write_tables(folder: Path, stages: tuple[Stage, ...], store: Store) -> None:
    """Write the tables of what is done so far, as Parquet."""
    for table, rows in collect(stages, store):
        tables.write(folder, table, table.frame(rows))
