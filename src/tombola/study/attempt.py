"""One stage, tried: in this process, or in one that works for another."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.errors import DivergedError, UserError
from tombola.plugins import load_plugins
from tombola.study.claim import check_still_there
from tombola.study.job import Job
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.progress import Reporter
from tombola.study.recipe import Recipe
from tombola.study.stage import Stage
from tombola.study.store import Store
from tombola.study.versions import versions
from tombola.troubles import in_one_line, is_out_of_memory, trouble


def attempt(stage: Stage, stages: dict[str, Stage], library: Library, store: Store) -> str | None:
    """Do a stage; return why it failed, or None. Raises what is no fault of the stage alone.

    Raises:
        UserError: the disk is full, or the folder has gone, which stops the whole study.
    """
    import torch  # only where work is done

    from tombola.training import deterministic

    check_still_there(store.root)
    torch.set_num_threads(library.recipe.threads)
    with in_one_line(store.root, stage.title):
        store.forget_failure(stage.name)
        job: Job[Any] = Job(stage, stages, library, store)

        def work(folder: Path) -> None:
            job.report = Reporter(folder)
            job.kind.work(job, folder)

        try:
            with deterministic(library.recipe.deterministic):
                store.run(stage, work, versions())
        except (DivergedError, UserError) as problem:
            why = str(problem)
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            why = str(trouble(problem))  # others may need less
        else:
            return None
        store.record_failure(stage, why)
    return why


@dataclass(frozen=True)
class Ended:
    """How the attempt at a stage went, as one process tells it to another."""

    name: str
    problem: str | None = None
    """Why the stage failed."""
    stops: UserError | None = None
    """What no further stage can go on from, and a person can mend."""
    crash: str | None = None
    """The traceback of what is no fault of the user's."""

    def check(self, title: str) -> None:
        """Raise what stops the whole study."""
        if self.stops is not None:
            raise self.stops
        if self.crash is not None:
            raise RuntimeError(f"{title}: {self.crash}")


class Bench:
    """What a process needs that does stages for another: it plans the same study once more."""

    def __init__(
        self, recipe: Recipe, known: dict[str, Any], store: Store, plugins: tuple[str, ...]
    ) -> None:
        """`known` is what the other process's library found out of texts and weights."""
        load_plugins(plugins)
        self._library = Library(recipe, known=known)
        self._store = store
        self._stages = {stage.name: stage for stage in plan(recipe, self._library, check=False)}

    def attempt(self, name: str) -> Ended:
        """Do a stage; raises nothing but what stops this process, too."""
        try:
            problem = attempt(self._stages[name], self._stages, self._library, self._store)
        except UserError as stops:
            return Ended(name, stops=stops)
        except Exception:
            return Ended(name, crash=traceback.format_exc())
        return Ended(name, problem)
