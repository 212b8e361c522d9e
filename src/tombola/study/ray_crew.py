"""Stages on their way through Ray: which there is room for, and what became of them."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.study import ray_worker
from tombola.study.attempt import Ended
from tombola.study.cores import Takes, takes
from tombola.study.engine import Undone
from tombola.study.recipe import variables
from tombola.study.stage import Stage

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_STOP = 10.0


class Crew:
    """Stages that wait for room on the cluster, and those that are at work there."""

    def __init__(self, ray: Any, undone: Undone) -> None:
        recipe = undone.library.recipe
        self._ray, self._asked, self._recipe = ray, undone.asked, recipe
        self._stages = {stage.name: stage for stage in undone.stages}
        self._at_work: dict[Any, Stage] = {}
        self._waiting: dict[Takes, deque[Stage]] = {}
        self._task = ray.remote(ray_worker.stage)
        store = replace(undone.store, root=undone.store.root.absolute())
        shared = ray_worker.Shared(
            recipe,
            undone.library.known(),
            store,
            undone.plugins,
            str(Path.cwd()),
            variables(recipe),
        )
        # within a list: a worker fetches it once, not with each stage
        self._shared = [ray.put(shared)]
        for stage in undone.stages:
            if stage.name not in undone.done:
                self._check(stage)

    def take(self, stage: Stage) -> None:
        """A stage can be done as soon as there is room."""
        self._waiting.setdefault(self._needs(stage), deque()).append(stage)

    def send(self) -> Iterator[Stage]:
        """Hand out those that there is room for."""
        there = self._ray.cluster_resources()
        for needs, stages in self._waiting.items():
            while stages and self._fits(needs, there):
                stage = stages.popleft()
                options = {**_options(needs), "name": stage.title}
                retries = self._recipe.resources.retries
                task = self._task.options(max_retries=retries, **options)
                self._at_work[task.remote(self._shared, stage.name)] = stage
                yield stage

    def ended(self) -> list[Ended]:
        """Those that ended meanwhile; waits a little for one.

        Raises UserError where one is lost.
        """
        at_work = list(self._at_work)
        ready, _ = self._ray.wait(at_work, timeout=SECONDS_BETWEEN_LOOKS)
        more, _ = self._ray.wait(at_work, num_returns=len(at_work), timeout=0)
        return [self._result(task) for task in dict.fromkeys([*ready, *more])]

    def stop(self) -> None:
        """Let nothing work on: what is begun is gone on with by the next run."""
        for task in self._at_work:
            self._ray.cancel(task, force=True)
        if self._at_work:
            tasks = list(self._at_work)
            self._ray.wait(tasks, num_returns=len(tasks), timeout=SECONDS_TO_STOP)

    def _result(self, task: Any) -> Ended:
        stage = self._at_work.pop(task)
        try:
            found: Ended = self._ray.get(task)
        except self._ray.exceptions.RayError as problem:
            raise UserError(_lost(stage, problem)) from problem
        return found

    def _needs(self, stage: Stage) -> Takes:
        return takes(stage, self._stages, self._recipe)

    def _fits(self, needs: Takes, there: Mapping[str, float]) -> bool:
        if self._asked is not None:
            return len(self._at_work) < self._asked
        used = Counter(_sizes(needs))
        for stage in self._at_work.values():
            used.update(_sizes(self._needs(stage)))
        return not self._at_work or all(there.get(name, 0) >= n for name, n in used.items())

    def _check(self, stage: Stage) -> None:
        sizes = _sizes(self._needs(stage))
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if not any(all(node.get(name, 0) >= n for name, n in sizes.items()) for node in nodes):
            wanted = ", ".join(f"{name} {n:g}" for name, n in sizes.items() if n)
            raise UserError(
                f"engine ray: no machine of the cluster has what {stage.title} needs ({wanted}): "
                "see threads and resources in the recipe; of machines that are started when they "
                "are asked for, one must be up"
            )


def _sizes(needs: Takes) -> dict[str, float]:
    memory = (needs.memory or 0.0) * 2**30
    return {"CPU": float(needs.cpus), "GPU": needs.gpus or 0.0, "memory": memory}


def _options(needs: Takes) -> dict[str, Any]:
    sizes = _sizes(needs)
    memory = {"memory": sizes["memory"]} if needs.memory else {}
    return {"num_cpus": sizes["CPU"], "num_gpus": sizes["GPU"], **memory}


def _lost(stage: Stage, problem: Exception) -> str:
    said = " ".join(str(problem).split())[:300]
    return (
        f"{stage.title}: Ray gave it up ({type(problem).__name__}: {said}); finished stages are "
        "kept: run the same command again; where memory was short, with fewer --workers or "
        "resources.memory"
    )
