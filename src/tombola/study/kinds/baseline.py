"""`baseline`: what a task's metric says of answers that look at no example."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, ClassVar

from tombola import tasks
from tombola.files import write_json
from tombola.settings import named_in
from tombola.study.facts import facts_of_thing
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.parts import SCORE_FILE
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.stage import Stage
from tombola.tables import Table

BASELINE_TABLE = Table(
    "baselines",
    {
        "task": ("string", "task that was scored"),
        "baseline": ("string", "what answered: majority, …"),
        "metric": ("string", "name of the metric"),
        "score": ("float64", "its value on the dev split; NaN where undefined"),
        "low": ("float64", "lower end of the 95% interval over examples"),
        "high": ("float64", "upper end of the 95% interval over examples"),
        "n": ("int64", "examples scored"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class BaselineStep(Step):
    """Of which task, and what answers."""

    task: str
    """A task of the recipe; `all` is each of them."""
    by: Annotated[str, named_in(tasks.BASELINES)] = "majority"
    """majority, or majority-as-published; a list opens the axis `by`."""


class BaselineScores(Kind[BaselineStep]):
    """One stage for each task; no seed has a part in it."""

    name = "baseline"
    version = 1
    settings = BaselineStep
    tables = (BASELINE_TABLE,)
    task_fields: ClassVar[tuple[str, ...]] = ("task",)
    seeded: ClassVar[bool] = False

    def facts(self, settings: BaselineStep) -> dict[str, Any]:
        """The baseline with its version."""
        return {"by": facts_of_thing(tasks.BASELINES, settings.by)}

    def expand(self, point: Point[BaselineStep], planner: Planner) -> Iterator[Stage]:
        """One stage, which tables know by its task, also where only one is named."""
        yield planner.stage(self, point, at={"task": point.settings.task})

    def work(self, job: Job[BaselineStep], folder: Path) -> None:
        """Answer and score."""
        task = job.library.task(job.settings.task)
        answers = tasks.BASELINES[job.settings.by].answers(task)
        score = tasks.METRICS[task.metric](answers, task.references)
        write_json(folder / SCORE_FILE, asdict(score))

    def rows(self, done: Finished) -> Iterable[Row]:
        """The one score."""
        score = done.record("score")
        row = {
            "task": str(done.stage.at["task"]),
            "baseline": str(done.stage.facts["by"]["name"]),
            "signature": done.sign(metric=score["signature"], n=score["n"]),
        }
        yield (
            BASELINE_TABLE,
            {**row, **done.cells(BASELINE_TABLE, {**score, "score": score["value"]})},
        )


KINDS.add(BaselineScores())
