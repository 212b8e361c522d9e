"""A finished stage, as its kind makes rows of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.study.job import record_of
from tombola.study.signature import signature
from tombola.study.stage import Stage
from tombola.tables import Table


@dataclass(frozen=True)
class Finished:
    """A stage that is done, and its folder."""

    stage: Stage
    folder: Path
    versions: dict[str, str]
    """Of the libraries that did it."""

    def record(self, name: str) -> Any:
        """What the stage wrote into `NAME.json`. Raises UserError where that is damaged."""
        return record_of(self.folder, name)

    def cells(self, table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a table that a record holds; a number that JSON has no word for is NaN."""
        return {
            column: math.nan if record[column] is None and dtype == "float64" else record[column]
            for column, (dtype, _) in table.columns.items()
            if column in record
        }

    def axes(self, table: Table) -> dict[str, str]:
        """The axes that a table has no columns for; seeds, which runs are pooled over, are none."""
        return {
            axis: str(value)
            for axis, value in self.stage.at.items()
            if axis not in table.columns and axis != "seed"
        }

    def sign(self, **more: Any) -> str:
        """The signature of one of its numbers."""
        return signature(self.stage, self.versions, **more)
