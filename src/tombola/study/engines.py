"""Who does the stages: this process, or several on this machine."""

import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tombola.errors import DivergedError, UserError
from tombola.files import is_full_disk
from tombola.study.inputs import Inputs, read_inputs
from tombola.study.plan import Stage
from tombola.study.recipe import Recipe
from tombola.study.store import Store

Outcome = Literal["done", "failed"]
SECONDS_BETWEEN_LOOKS = 1.0


@dataclass(frozen=True)
class Event:
    """Something that a watcher of the run may show."""

    kind: Literal["started", "done", "failed"]
    stage: Stage
    text: str = ""
    """Why it failed."""


Watch = Callable[[Event], None]


def run_serial(
    stages: tuple[Stage, ...], recipe: Recipe, inputs: Inputs, store: Store, watch: Watch
) -> None:
    """Do every stage that can be done, one after the other, in this process."""
    failed: set[str] = set()
    for stage in stages:
        if store.is_done(stage.name):
            continue
        if failed.intersection(stage.after):
            failed.add(stage.name)
            continue
        watch(Event("started", stage))
        problem = attempt(stage, recipe, inputs, store)
        if problem is None:
            watch(Event("done", stage))
        else:
            failed.add(stage.name)
            watch(Event("failed", stage, problem))


def run_processes(
    stages: tuple[Stage, ...], recipe: Recipe, store: Store, watch: Watch, workers: int
) -> None:
    """Do every stage that can be done, `workers` at a time, each in a process of its own.

    A stage gives the same bytes as in `run_serial`: its threads are a part of the recipe.
    """
    waiting = [stage for stage in stages if not store.is_done(stage.name)]
    by_name = {stage.name: stage for stage in stages}
    failed: set[str] = set()
    with _workers(workers, recipe, store.root) as (tasks, results, processes):
        running: set[str] = set()
        while waiting or running:
            for stage in list(waiting):
                if failed.intersection(stage.after):
                    failed.add(stage.name)
                    waiting.remove(stage)
                elif len(running) < workers and all(map(store.is_done, stage.after)):
                    waiting.remove(stage)
                    running.add(stage.name)
                    tasks.put(stage)
                    watch(Event("started", stage))
            if not running:
                break  # whatever waited came after a failure
            name, problem, crash = _next_result(results, processes)
            running.remove(name)
            if crash:
                raise RuntimeError(f"{by_name[name].title}: {crash}")
            if problem is None:
                watch(Event("done", by_name[name]))
            else:
                failed.add(name)
                watch(Event("failed", by_name[name], problem))


def attempt(stage: Stage, recipe: Recipe, inputs: Inputs, store: Store) -> str | None:
    """Do a stage; return why it failed, or None. Raises what is no fault of the stage alone.

    Raises:
        UserError: the disk is full, which stops the whole study.
    """
    from tombola.study.work import do  # torch and transformers, only where work is done

    store.forget_failure(stage.name)
    try:
        do(stage, recipe, inputs, store)
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


def _work(tasks: Any, results: Any, recipe: Recipe, root: Path) -> None:
    """The life of a worker process: stages from a queue until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends its workers
    _leave_with_parent()
    inputs = read_inputs(recipe)
    store = Store(root)
    for stage in iter(tasks.get, None):
        try:
            results.put((stage.name, attempt(stage, recipe, inputs, store), None))
        except UserError as problem:
            results.put((stage.name, None, problem))
        except Exception:
            results.put((stage.name, None, traceback.format_exc()))


@contextmanager
def _workers(n: int, recipe: Recipe, root: Path) -> Iterator[tuple[Any, Any, list[Any]]]:
    context = multiprocessing.get_context("spawn")  # a fork after torch has threads can hang
    tasks, results = context.Queue(), context.Queue()
    processes = [
        context.Process(target=_work, args=(tasks, results, recipe, root), daemon=True)
        for _ in range(n)
    ]
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


def _next_result(results: Any, processes: list[Any]) -> tuple[str, str | None, str | None]:
    """Wait for a worker to report. Raises UserError or RuntimeError where one cannot go on."""
    while True:
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
    """End this process soon after its parent is gone, also when the parent was killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
