"""What probes of a model found, and what each text contributed to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tombola import dissect, tasks
from tombola.errors import UserError
from tombola.statistics import Scored
from tombola.study.job import Job, record_of
from tombola.study.kinds.similarity import named
from tombola.study.model_rows import sparsity_of

if TYPE_CHECKING:
    from tombola.dissect import ProbeResult

COUNTS_FILE = "counts.npz"


class Asked(NamedTuple):
    """What one kind of probe was asked: what is compared is of one such."""

    task: str
    penalty: float
    hidden: int
    stack: str

    @property
    def by(self) -> str:
        """What predicts, in words: linear, MLP 1024, …"""
        words = f"MLP {self.hidden}" if self.hidden else "linear"
        return f"{words}, L2 {self.penalty:g}" if self.penalty else words


@dataclass(frozen=True, eq=False)
class Probed:
    """The finished probes of one model."""

    model: str
    """As tables name it."""
    title: str
    """In a person's words."""
    sparsity: float
    results: Mapping[Asked, "Sequence[ProbeResult]"]
    folder: Path
    rows: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, job: Job[Any], role: str) -> "Probed":
        """Those of a `probe` stage that is read."""
        stage, folder = job.read_stage(role), job.folder(role)
        sparsity = 0.0
        if "of" in stage.reads:
            sparsity = sparsity_of(record_of(job.beside(stage).folder("of"), "model"))
        rows: list[dict[str, Any]] = [
            {key: math.nan if value is None else value for key, value in row.items()}
            for row in record_of(folder, "rows")
        ]
        results: dict[Asked, list[ProbeResult]] = {}
        for row in rows:
            asked = Asked(row["task"], row["penalty"], row["hidden"], row["stack"])
            results.setdefault(asked, []).append(dissect.ProbeResult(**row))
        return cls(named(stage, "of"), stage.title, sparsity, results, folder, rows)

    def scored(self, asked: Asked, layer: int) -> list[Scored]:
        """The score of each replicate at a layer, with how much each text moves it."""
        return [self._scored(i) for i in self._places(asked, layer)]

    def stake(self, asked: Asked, layer: int) -> float:
        """What a perfect score loses if one text goes wrong, times texts: see `Metric.stake`."""
        places = self._places(asked, layer)
        metric = tasks.METRICS[self.rows[places[0]]["metric"]]
        return max(metric.stake(self._counts[str(i)]) for i in places)

    def _places(self, asked: Asked, layer: int) -> list[int]:
        return [
            i
            for i, row in enumerate(self.rows)
            if row["layer"] == layer
            and (row["task"], row["penalty"], row["hidden"], row["stack"]) == asked
        ]

    def _scored(self, place: int) -> Scored:
        if place not in self._known:
            metric = tasks.METRICS[self.rows[place]["metric"]]
            self._known[place] = Scored.of(self._counts[str(place)], metric.value)
        return self._known[place]

    @cached_property
    def _known(self) -> dict[int, Scored]:
        return {}

    @cached_property
    def _counts(self) -> Mapping[str, np.ndarray]:
        try:
            with np.load(self.folder / COUNTS_FILE) as found:
                return dict(found)
        except (OSError, ValueError) as problem:
            raise UserError(
                f"{self.folder / COUNTS_FILE}: damaged: remove the folder {self.folder} and run "
                "again: the stage is done anew"
            ) from problem
