"""What stages take by the planner's count: bytes and operations, roughly, before any is done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tombola.files import read_json, write_json
from tombola.study.library import Library
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe import Recipe
from tombola.study.stage import Stage

COSTS_FILE = "costs.json"
"""Beside the plan: the operations of each stage that trains."""


class CostedPlanner(Planner):
    """Plans, and remembers the point of each stage for estimates."""

    def __init__(self, recipe: Recipe, library: Library) -> None:
        super().__init__(recipe, library)
        self._point_of: dict[str, Point[Any]] = {}
        self._costs: dict[str, Mapping[str, float]] = {}

    def stage(self, kind: Any, point: Point[Any], **more: Any) -> Stage:
        """As the planner's; the point is noted."""
        found = super().stage(kind, point, **more)
        self._point_of[found.name] = point
        return found

    def cost(self, stage: Stage) -> Mapping[str, float]:
        """About what a stage takes: `bytes` and `flops`, where its kind says so."""
        point = self._point_of[stage.name]
        key = f"{point.settings!r} {point.at.get('task')} {point.at.get('model')}"
        if key not in self._costs:
            self._costs[key] = point.kind.cost(point, self.library)
        return self._costs[key]

    def write_costs(self, out: Path, stages: tuple[Stage, ...]) -> None:
        """Leave the operations of stages for whoever estimates what is left of a study."""
        found = {stage.name: self.cost(stage).get("flops", 0.0) for stage in stages}
        known = {name: flops for name, flops in found.items() if flops}
        write_json(out / COSTS_FILE, read_costs(out) | known)


def read_costs(out: Path) -> dict[str, float]:
    """Stage to its operations; empty where nobody wrote them down."""
    try:
        found = read_json(out / COSTS_FILE)
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): float(n) for name, n in found.items() if isinstance(n, int | float) and n}
