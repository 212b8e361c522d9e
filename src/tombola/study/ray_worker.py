"""What a worker of Ray does: it is told of a study once, and then does its stages by name."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tombola.errors import UserError
from tombola.study.attempt import Bench, Ended
from tombola.study.claim import PLAN_FILE
from tombola.study.recipe import Recipe
from tombola.study.store import Store


@dataclass(frozen=True)
class Shared:
    """What every worker is told once."""

    recipe: Recipe
    known: dict[str, Any]
    store: Store
    plugins: tuple[str, ...]
    folder: str
    """Where the study was started: what paths of the recipe are relative to."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the environment, those that the recipe names."""

    def bench(self) -> Bench:
        """What does stages. Raises UserError where this machine lacks what that takes."""
        if not (self.store.root / PLAN_FILE).is_file():
            raise UserError("a cluster's machines must all see the study's folder, by one path")
        os.environ.update(self.variables)
        os.chdir(self.folder)
        return Bench(self.recipe, self.known, self.store, self.plugins)


def stage(shared: list[Any], name: str) -> Ended:
    """Do a stage, named by its folder; `shared` holds a reference to a `Shared`."""
    try:
        return _bench(shared[0]).attempt(name)
    except UserError as problem:
        return Ended(name, stops=UserError(f"on {platform.node()}: {problem}"))


@lru_cache(maxsize=1)
def _bench(shared: Any) -> Bench:
    import ray

    told: Shared = ray.get(shared)
    return told.bench()
