"""`differences`: scores of models less those of others, paired over examples and seeds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from tombola import tasks
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.answers import ANSWERS_FILE, read_answers
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.folded import check_models
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.model_rows import sparsity_of
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe_tasks import UNKNOWN
from tombola.study.references import Reference, References
from tombola.study.stage import Stage
from tombola.tables import Table

DIFFERENCES = Table(
    "differences",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model of the first seed"),
        "against": ("string", "what it is held to: dense, random, none, …"),
        "task": ("string", "task that was scored"),
        "criterion": ("string", "what scored the weights; empty where unpruned"),
        "rewind": ("string", "how retraining began; empty where unpruned"),
        "round": ("int64", "pruning round; 0 is unpruned"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, mean over seeds"),
        "metric": ("string", "name of the metric"),
        "difference": ("float64", "score of the model less that of the other, mean over seeds"),
        "low": ("float64", "lower end of its 95% interval"),
        "high": ("float64", "upper end of its 95% interval"),
        "over": ("string", "what the interval is over: examples, or seeds and examples"),
        "seeds": ("int64", "pairs of runs"),
        "n": ("int64", "examples"),
        "margin": ("float64", "differences that are taken for none; NaN where not named"),
        "verdict": ("string", "above, below, within the margin, or undecided"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class DifferencesStep(Step):
    """Which models are held to which."""

    of: References
    """Steps that end in models."""
    to: Reference
    """What each is held to: on the axes that both have, each to its own. `{of: tickets, criterion:
    none}` holds tickets to the dense model that trained as long."""
    across: str = "seed"
    """The axis over which pairs are pooled."""
    margin: float | None = Field(None, gt=0)
    """A difference within it is taken for none ("matches dense"): in units of the score."""
    metric: str | None = None
    """Another metric of the same answers; by default the task's first. A list opens the axis
    `metric`."""


class Differences(Kind[DifferencesStep]):
    """One stage for each point of the other axes, all seeds together."""

    name = "differences"
    version = 1
    settings = DifferencesStep
    tables = (DIFFERENCES,)
    reads_part = "records"

    def check(self, point: Point[DifferencesStep], library: Library) -> None:
        """Both are models that were scored, on the same task."""
        check_models(point)
        check_metric(point.settings.metric, str(point.at.get("task", "")), library)

    def facts(self, settings: DifferencesStep) -> dict[str, Any]:
        """The margin, and a metric of its own; models and examples have facts of their own."""
        found = facts_of(settings, frozenset({"do", "metric"}))
        if settings.metric is None:
            return found
        return {**found, "metric": facts_of_thing(tasks.METRICS, settings.metric)}

    def expand(self, point: Point[DifferencesStep], planner: Planner) -> Iterator[Stage]:
        """One stage, unless models would be held to themselves."""
        first = point.folded[0][1]
        if first["of"].stage == first["to"].stage:
            return
        of, to = first["of"].stage, first["to"].stage
        assert of is not None  # `check` saw to it
        assert to is not None
        yield planner.stage(self, point, at={"against": named_against(to)})

    def work(self, job: Job[DifferencesStep], folder: Path) -> None:
        """Read the answers, pair them, pool."""
        score = record_of(job.folder("of.0"), "score")
        metric = tasks.METRICS[job.settings.metric or score["metric"]]
        pairs: tuple[list[Any], list[Any]] = ([], [])
        sparsity = []
        for of, to in zip(job.roles("of"), job.roles("to"), strict=True):
            sides = [read_answers(job.folder(role) / ANSWERS_FILE) for role in (of, to)]
            if sides[0][1] != sides[1][1]:
                raise UserError(
                    f"{job.read_stage(of).title} and {job.read_stage(to).title} were scored on "
                    "other examples: they cannot be paired"
                )
            for side, (answers, references) in zip(pairs, sides, strict=True):
                side.append(metric.counts(answers, references))
            sparsity.append(sparsity_of(record_of(job.folder(of), "model")))
        found = metric.difference(*pairs)
        margin = job.settings.margin
        write_json(
            folder / "difference.json",
            {
                "difference": found.value,
                "low": found.low,
                "high": found.high,
                "over": found.over,
                "n": found.n,
                "seeds": found.seeds,
                "margin": margin,
                "verdict": found.verdict(margin),
                "metric": metric.name,
                "task": score["task"],
                "sparsity": sum(sparsity) / len(sparsity),
            },
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The one difference."""
        found, at = done.record("difference"), dict(done.stage.at)
        yield (
            DIFFERENCES,
            {
                "step": done.stage.step,
                "model": done.stage.reads["of.0"],
                "against": str(at["against"]),
                **done.cells(DIFFERENCES, found),
                "criterion": str(at.get("criterion", "")),
                "rewind": str(at.get("rewind", "")),
                "round": int(at.get("round", 0)),
                "signature": done.sign(n=found["n"], seeds=found["seeds"]),
                **done.axes(DIFFERENCES),
            },
        )


def check_metric(metric: str | None, task: str, library: Library) -> None:
    """Raise UserError where a metric is not defined for the answers of a task of the recipe."""
    if metric is None:
        return
    if library.looking and library.task_facts(task)["digest"] == UNKNOWN:
        tasks.METRICS[metric]
        return
    library.task(task).with_metric(metric)


def named_against(stage: Stage) -> str:
    """What tables call the side that others are held to: how it was chosen, or dense, or its step.

    Subnetworks of one ticket share its criterion; a construction tells them apart.
    """
    for axis in ("choose", "criterion"):
        if axis in stage.at:
            return str(stage.at[axis])
    # what was chosen of several is named by its step, whatever those are
    pruned = {"mask", "of.0"} & stage.reads.keys() or "sparsify" in stage.facts
    return stage.step if pruned else "dense"


KINDS.add(Differences())
