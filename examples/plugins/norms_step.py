"""A kind of step with a table of its own: how large the surviving weights of each matrix are.

    tombola run RECIPE --plugin norms_step.py

and in the recipe a step `{do: norms, of: [dense, tickets]}`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tombola import anatomy
from tombola.files import write_json
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.references import References
from tombola.tables import Table

NORMS = Table(
    "norms",
    {
        "model": ("string", "which model"),
        "layer": ("int64", "0 is nearest to the input; -1 outside the stacks"),
        "role": ("string", "query, key, value, output, up, down, …"),
        "rms": ("float64", "root of the mean square of the weights that are not zero"),
        "n": ("int64", "weights that are not zero"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class NormsStep(Step):
    """Which models are weighed."""

    of: References
    set: str = "matrices"
    """Parameters of this set."""


class Norms(Kind[NormsStep]):
    """One stage for each model."""

    name = "norms"
    version = 1
    settings = NormsStep
    tables = (NORMS,)

    def work(self, job: Job[NormsStep], folder: Path) -> None:
        """A number for each parameter of the set."""
        model = job.ticket("of").model
        weights = dict(model.named_parameters())
        rows: list[dict[str, Any]] = []
        for parameter in anatomy.anatomy(model).parameters:
            if parameter.set == job.settings.set:
                alive = weights[parameter.name].detach().double()
                alive = alive[alive != 0]
                rows.append(
                    {
                        "layer": -1 if parameter.layer is None else parameter.layer,
                        "role": parameter.role,
                        "rms": float(alive.square().mean().sqrt()),
                        "n": alive.numel(),
                    }
                )
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """As they were written."""
        for row in done.record("rows"):
            yield NORMS, {"model": done.stage.reads["of"], **row, "signature": done.sign()}


KINDS.add(Norms())
