"""Several stages at the same time, each in a process of its own on this machine."""

import multiprocessing
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tombola.errors import UserError
from tombola.processes import SECONDS_TO_END, heed_parent, started
from tombola.study.attempt import Bench, Ended
from tombola.study.engine import ENGINES, Engine, Undone, Watch
from tombola.study.recipe import Recipe
from tombola.study.stopping import Stop, stoppable
from tombola.study.store import Store
from tombola.study.waiting import Course
from tombola.troubles import KEPT, LOWER

SECONDS_BETWEEN_LOOKS = 1.0


class Processes(Engine):
    """A stage gives the same bytes as in `Serial`: its threads are a part of the recipe."""

    name = "processes"

    def run(self, undone: Undone, watch: Watch) -> str:
        """See `Engine`."""
        course = Course(undone, watch)
        with stoppable() as stop, _workers(undone) as (tasks, results, processes):
            while True:
                while len(course.running) < undone.workers and (stage := course.next()):
                    tasks.put(stage.name)
                    course.begin(stage)
                if not course.running:
                    break  # whatever still waits came after a failure
                course.end(_next_result(results, processes, stop))
        return ""


def _work(
    tasks: Any,
    results: Any,
    recipe: Recipe,
    known: dict[str, Any],
    store: Store,
    plugins: tuple[str, ...],
) -> None:
    """The life of a worker process: names of stages from a queue until None comes."""
    heed_parent()
    bench = Bench(recipe, known, store, plugins)
    for name in iter(tasks.get, None):
        results.put(bench.attempt(name))


@contextmanager
def _workers(undone: Undone) -> Iterator[tuple[Any, Any, list[Any]]]:
    context = multiprocessing.get_context("spawn")  # a fork after torch has threads can hang
    tasks, results = context.Queue(), context.Queue()
    library = undone.library
    shared = (library.recipe, library.known(), undone.store, undone.plugins)
    # no daemons, for a shared training starts processes of its own; see `heed_parent`
    processes = [
        context.Process(target=_work, args=(tasks, results, *shared)) for _ in range(undone.workers)
    ]
    with started(processes, SECONDS_TO_END):  # at the end none is at work
        yield tasks, results, processes
        for _ in processes:
            tasks.put(None)


def _next_result(results: Any, processes: list[Any], stop: Stop) -> Ended:
    """Wait for a worker to report. Raises UserError where one has died."""
    while True:
        stop.check()
        try:
            ended: Ended = results.get(timeout=SECONDS_BETWEEN_LOOKS)
        except queue.Empty:
            dead = [p for p in processes if not p.is_alive()]
            if dead:
                raise UserError(
                    f"a worker process died (exit code {dead[0].exitcode}; -9 is most often the "
                    f"system's answer to a lack of memory): {KEPT}; run the same command again: "
                    f"{LOWER}"
                ) from None
            continue
        return ended


ENGINES.add(Processes())
