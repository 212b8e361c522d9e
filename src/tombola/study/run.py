"""A whole study: from a recipe to tables."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.study.claim import claim
from tombola.study.cores import processes_of
from tombola.study.costs import CostedPlanner
from tombola.study.effort import check_energy
from tombola.study.engine import ENGINES, Event, Undone
from tombola.study.given import InMemory
from tombola.study.keeping import Keeper, done_again
from tombola.study.library import Library
from tombola.study.recipe import Recipe
from tombola.study.results import Outcome, write_results
from tombola.study.stage import Stage
from tombola.study.store import Store


@dataclass(frozen=True)
class Planned:
    """A study that is about to be worked on."""

    out: Path
    stages: tuple[Stage, ...]
    """All of its recipe, in their order."""
    done: frozenset[str]
    """Names of those that are finished already."""
    workers: int
    """How many are done at the same time."""

    @property
    def waiting(self) -> int:
        """How many are not done yet."""
        return sum(stage.name not in self.done for stage in self.stages)


def run_study(
    recipe: Recipe,
    out: Path,
    *,
    engine: str | None = None,
    workers: int | None = None,
    plugins: tuple[str | Path, ...] = (),
    energy: bool = False,
    command: str = "",
    given: InMemory | None = None,
    watch: Callable[[Event], None] = lambda event: None,
    on_plan: Callable[[Planned], None] = lambda planned: None,
) -> Outcome:
    """Do every stage of a study that is not done yet, and write its tables.

    Args:
        recipe: what to do.
        out: the study's folder; finished stages in it are kept and never done again.
        engine: who does the stages, by name; by default processes where more than one fits.
        workers: stages at the same time; by default as many as fit: the recipe's threads, in each
            process of a training.
        plugins: Python files that enter things of a user's own.
        energy: estimate the energy of each stage, too (needs codecarbon).
        command: how the study was started, for the record.
        given: tasks and models in memory, which this process then works with alone.
        watch: told about stages as they start, end or fail.
        on_plan: told what is planned and done already, once.

    Raises:
        UserError: bad input, a folder that belongs to another study, a full disk.
    """
    from tombola.training.launch import check_started_once  # loads torch, as planning does

    check_started_once()
    load_plugins(plugins)
    if energy:
        check_energy()
    if engine is not None:
        ENGINES[engine]  # an unknown one is refused before anything is read
    library = Library(recipe, given=given)
    planner = CostedPlanner(recipe, library)
    stages = planner.plan()
    asked = workers
    workers = workers if workers is not None else default_workers(recipe, stages)
    if given is not None or engine is None:
        engine = "serial" if given is not None or workers == 1 else "processes"
    chosen = ENGINES[engine]
    store = Store(out, energy)
    every = claim(out, recipe, stages)
    with suppress(UserError):  # what cannot be estimated can be done all the same
        planner.write_costs(out, stages)
    again = done_again(stages, store)
    keeper = Keeper(every, store, recipe.keep, again)
    keeper.tidy()
    done = frozenset(store.finished() - again)
    workers = 1 if chosen.alone else workers
    on_plan(Planned(out, stages, done, workers))

    def tidying(event: Event) -> None:
        if event.kind == "done":
            keeper.ended(event.stage.name)
        watch(event)

    try:
        files = tuple(str(Path(file).absolute()) for file in plugins)
        undone = Undone(stages, done, library, store, workers, asked, files, command)
        handed = chosen.run(undone, tidying)
    except BaseException:
        # Also after Ctrl-C what is done can be read; a disk that is full must not hide why.
        with suppress(OSError, UserError):
            write_results(recipe, every, store, command)
        raise
    return replace(write_results(recipe, every, store, command), handed=handed)


def default_workers(recipe: Recipe, stages: tuple[Stage, ...]) -> int:
    """As many stages at a time as fit on the CPU; one where a GPU does the work.

    A stage whose training is shared by several processes fills the cores of all of them.
    """
    from tombola.training import best_device

    if best_device().type != "cpu":
        return 1
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    by_name = {stage.name: stage for stage in stages}
    most = max((processes_of(stage, by_name) for stage in stages), default=1)
    return max(1, cpus // (recipe.threads * most))
