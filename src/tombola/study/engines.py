"""Who does the stages: this process, or several on this machine."""

import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from tombola.errors import DivergedError, UserError
from tombola.files import is_full_disk
from tombola.plugins import load_plugins
from tombola.study.job import Job
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.recipe import Recipe
from tombola.study.stage import Stage
from tombola.study.stopping import Stop, deaf, stoppable
from tombola.study.store import Store
from tombola.study.versions import versions

SECONDS_BETWEEN_LOOKS = 1.0


@dataclass(frozen=True)
class Event:
    """Something that a watcher of the run may show."""

    kind: Literal["started", "done", "failed"]
    stage: Stage
    text: str = ""
    """Why it failed."""


Watch = Callable[[Event], None]


class Queue:
    """Which stages can be done now: those whose reads are done. Each is looked at once."""

    def __init__(self, stages: tuple[Stage, ...], done: frozenset[str]) -> None:
        self._left: dict[str, set[str]] = {}
        self._after: dict[str, list[Stage]] = {}
        self._ready: deque[Stage] = deque()
        self._stuck: set[str] = set()
        for stage in stages:
            if stage.name in done:
                continue
            missing = set(stage.reads.values()) - done
            self._left[stage.name] = missing
            for name in missing:
                self._after.setdefault(name, []).append(stage)
            if not missing:
                self._ready.append(stage)

    def next(self) -> Stage | None:
        """A stage that can be done, in the plan's order as far as its reads allow."""
        return self._ready.popleft() if self._ready else None

    def done(self, name: str) -> None:
        """A stage ended well: what waited for it alone is ready, before what is elsewhere."""
        opened = []
        for stage in self._after.get(name, ()):
            self._left[stage.name].discard(name)
            if not self._left[stage.name]:
                opened.append(stage)
        self._ready.extend(opened)

    def failed(self, name: str) -> None:
        """A stage failed: what reads it is never ready."""
        self._stuck.add(name)


def run_serial(
    stages: tuple[Stage, ...],
    done: frozenset[str],
    library: Library,
    store: Store,
    watch: Watch,
) -> None:
    """Do every stage that is not `done` and can be, one after the other, in this process."""
    by_name = {stage.name: stage for stage in stages}
    waiting = Queue(stages, done)
    with stoppable() as stop:
        while (stage := waiting.next()) is not None:
            stop.check()
            watch(Event("started", stage))
            problem = attempt(stage, by_name, library, store)
            if problem is None:
                waiting.done(stage.name)
                watch(Event("done", stage))
            else:
                waiting.failed(stage.name)
                watch(Event("failed", stage, problem))


def run_processes(
    stages: tuple[Stage, ...],
    done: frozenset[str],
    library: Library,
    store: Store,
    watch: Watch,
    workers: int,
    plugins: tuple[str, ...] = (),
) -> None:
    """Do every stage that is not `done` and can be, `workers` at a time, each in its own process.

    A stage gives the same bytes as in `run_serial`: its threads are a part of the recipe.
    """
    by_name = {stage.name: stage for stage in stages}
    waiting = Queue(stages, done)
    with (
        stoppable() as stop,
        _workers(workers, library, store, plugins) as (tasks, results, processes),
    ):
        running: set[str] = set()
        while True:
            while len(running) < workers and (stage := waiting.next()) is not None:
                running.add(stage.name)
                tasks.put(stage.name)
                watch(Event("started", stage))
            if not running:
                break  # whatever still waits came after a failure
            name, problem, crash = _next_result(results, processes, stop)
            running.remove(name)
            if crash:
                raise RuntimeError(f"{by_name[name].title}: {crash}")
            if problem is None:
                waiting.done(name)
                watch(Event("done", by_name[name]))
            else:
                waiting.failed(name)
                watch(Event("failed", by_name[name], problem))


def attempt(stage: Stage, stages: dict[str, Stage], library: Library, store: Store) -> str | None:
    """Do a stage; return why it failed, or None. Raises what is no fault of the stage alone.

    Raises:
        UserError: the disk is full, which stops the whole study.
    """
    import torch  # only where work is done

    torch.set_num_threads(library.recipe.threads)
    store.forget_failure(stage.name)
    job: Job[Any] = Job(stage, stages, library, store)
    try:
        store.run(stage, lambda folder: job.kind.work(job, folder), versions())
    except (DivergedError, UserError) as problem:
        store.record_failure(stage, str(problem))
        return str(problem)
    except Exception as problem:
        if is_full_disk(problem):
            raise UserError(
                f"{store.root}: the disk is full (while: {stage.title}); finished stages are "
                "kept: free some space and run the same command again"
            ) from problem
        raise
    return None


def _work(
    tasks: Any,
    results: Any,
    recipe: Recipe,
    known: dict[str, Any],
    store: Store,
    plugins: tuple[str, ...],
) -> None:
    """The life of a worker process: names of stages from a queue until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where `deaf` does nothing
    _leave_with_parent()
    load_plugins(plugins)
    library = Library(recipe, known=known)
    stages = {stage.name: stage for stage in plan(recipe, library, check=False)}
    for name in iter(tasks.get, None):
        try:
            results.put((name, attempt(stages[name], stages, library, store), None))
        except UserError as problem:
            results.put((name, None, problem))
        except Exception:
            results.put((name, None, traceback.format_exc()))


@contextmanager
def _workers(
    n: int, library: Library, store: Store, plugins: tuple[str, ...]
) -> Iterator[tuple[Any, Any, list[Any]]]:
    context = multiprocessing.get_context("spawn")  # a fork after torch has threads can hang
    tasks, results = context.Queue(), context.Queue()
    shared = (library.recipe, library.known(), store, plugins)
    processes = [
        context.Process(target=_work, args=(tasks, results, *shared), daemon=True) for _ in range(n)
    ]
    with deaf():
        for process in processes:
            process.start()
    try:
        yield tasks, results, processes
        for _ in processes:
            tasks.put(None)
        for process in processes:
            process.join()
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
                process.join()


def _next_result(
    results: Any, processes: list[Any], stop: Stop
) -> tuple[str, str | None, str | None]:
    """Wait for a worker to report. Raises UserError or RuntimeError where one cannot go on."""
    while True:
        stop.check()
        try:
            name, problem, crash = results.get(timeout=SECONDS_BETWEEN_LOOKS)
        except queue.Empty:
            dead = [p for p in processes if not p.is_alive()]
            if dead:
                raise RuntimeError(
                    f"a worker process died (exit code {dead[0].exitcode}; -9 is often a lack of "
                    "memory): finished stages are kept; run again with fewer --workers"
                ) from None
            continue
        if isinstance(crash, UserError):
            raise crash
        return name, problem, crash


def _leave_with_parent() -> None:
    """End this process as soon as its parent is gone, also when the parent was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # a worker has one

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
