"""Tables of models that were only trained, and whatever was found in them."""

from pathlib import Path
from typing import Any

from new_tables import TABLES

from tombola import tables
from tombola.report.reading import Tables


def model(name: str, seed: int, **changes: Any) -> dict[str, Any]:
    return {
        "model": name, "step": "dense", "seed": seed, "task": "cola", "round": 0, "criterion": "",
        "rewind": "", "source": "bert", "root": name, "sparsity": 0.0, "sparsity_model": 0.0,
        "mask": "", "parameters": 100, "steps": 10, "signature": "x", **changes,
    }  # fmt: skip


def written(folder: Path, **rows: list[dict[str, Any]]) -> Tables:
    for name, given in rows.items():
        table = TABLES[name.replace("_", "-")]
        tables.write(folder, table, table.frame(given))
    return Tables.read(folder)
