"""What a recipe would do, before it does anything: steps, axes, stages, disk, time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.durations import roughly
from tombola.plugins import load_plugins
from tombola.results import Record, Result
from tombola.study.costs import CostedPlanner
from tombola.study.library import Library
from tombola.study.recipe import Recipe
from tombola.study.stage import Stage
from tombola.study.store import Store

TRIAL = 768
"""Rows and columns of the product whose speed stands for this machine's."""


@dataclass(frozen=True)
class StepOutlook:
    """One step of a recipe."""

    step: str
    kind: str
    axes: dict[str, list[Any]]
    """Axis to its values, in their order."""
    stages: int
    done: int | None
    """How many are done already; None where a text or a model is not here, so nobody can tell."""
    bytes: float
    """On disk, roughly; 0 where the kind says nothing."""
    flops: float
    """Operations, roughly."""


@dataclass(frozen=True, repr=False)
class Preview(Result):
    """A whole study, looked at beforehand."""

    recipe: str
    out: Path
    steps: tuple[StepOutlook, ...]
    missing: dict[str, str]
    """Tasks and models that are not here, and what was said about them."""
    flops_per_second: float
    """Of one thread of this machine in a product of matrices, which training does not reach."""
    threads: int

    @property
    def stages(self) -> int:
        """Of all steps."""
        return sum(step.stages for step in self.steps)

    @property
    def seconds(self) -> float:
        """Rough time of the trainings here, one after the other, at a third of that speed."""
        speed = self.flops_per_second * self.threads / 3
        return sum(step.flops for step in self.steps) / speed

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "recipe": self.recipe,
            "out": str(self.out),
            "stages": self.stages,
            "bytes": sum(step.bytes for step in self.steps),
            "seconds": self.seconds,
            "missing": self.missing,
            "steps": [vars(step) for step in self.steps],
        }

    def records(self) -> list[Record]:
        """A row for each step."""
        return [dict(vars(step)) for step in self.steps]

    def printed(self) -> list[Record]:
        """The lines say it."""
        return []

    def lines(self) -> list[str]:
        """For people: a line for each step, then the sums."""
        said = []
        for step in self.steps:
            axes = " × ".join(f"{name} {len(values)}" for name, values in step.axes.items())
            done = "" if not step.done else f", {step.done} done"
            said.append(f"{step.step}: {step.kind}; {step.stages:,} stages{done} ({axes})")
            for name, values in step.axes.items():
                shown = ", ".join(map(str, values[:12])) + (", …" if len(values) > 12 else "")
                said.append(f"    {name}: {shown}")
        size = sum(step.bytes for step in self.steps)
        said.append(f"{self.stages:,} stages in {self.out}")
        if size:
            said.append(f"about {size / 1e9:,.1f} GB on disk, states of trainings not counted")
        if self.seconds:
            said.append(
                f"trainings: about {roughly(self.seconds)} on this machine's CPU, one at a time "
                f"(a guess from {sum(s.flops for s in self.steps):.1e} operations)"
            )
        said += [f"not here: {name}: {why}" for name, why in self.missing.items()]
        return said


def preview(recipe: Recipe, out: Path, plugins: Iterable[str | Path] = ()) -> Preview:
    """Plan a study without doing anything of it; texts and weights may be absent.

    Raises UserError as `plan` does, for all that can be known without them.
    """
    load_plugins(plugins)
    library = Library(recipe, looking=True)
    planner = CostedPlanner(recipe, library)
    stages = planner.plan()
    finished = Store(out).finished()
    steps = []
    for name in recipe.steps:
        own = [stage for stage in stages if stage.step == name]
        steps.append(_step(name, own, planner, finished))
    speed = _speed() if any(step.flops for step in steps) else 1.0
    return Preview(recipe.name, out, tuple(steps), library.missing, speed, recipe.threads)


def _step(name: str, stages: list[Stage], planner: CostedPlanner, done: set[str]) -> StepOutlook:
    axes: dict[str, list[Any]] = {}
    for stage in stages:
        for axis, value in stage.at.items():
            if value not in axes.setdefault(axis, []):
                axes[axis].append(value)
    total = {"bytes": 0.0, "flops": 0.0}
    for stage in stages:
        for what in total:
            total[what] += planner.cost(stage).get(what, 0.0)
    kind_name = stages[0].kind if stages else ""
    known = None if planner.library.missing else sum(stage.name in done for stage in stages)
    return StepOutlook(name, kind_name, axes, len(stages), known, total["bytes"], total["flops"])


def _speed() -> float:
    """Operations a second of one product of matrices on one thread."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one = torch.ones(TRIAL, TRIAL)
        one @ one
        started = time.perf_counter()
        one @ one
        return 2 * TRIAL**3 / (time.perf_counter() - started)
    finally:
        torch.set_num_threads(threads)
