"""`slices`: scores of finished models on parts of their dev split, and what each part lost."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from tombola import tasks
from tombola.errors import UserError
from tombola.files import write_json
from tombola.settings import ONCE, ONE_OR_MORE, named_in
from tombola.statistics import total
from tombola.study.answers import ANSWERS_FILE, read_answers
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.folded import check_models
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.differences import check_metric, named_against
from tombola.study.library import Library
from tombola.study.model_rows import sparsity_of
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe import expand
from tombola.study.recipe_tasks import UNKNOWN
from tombola.study.references import Reference, References
from tombola.study.stage import Stage, digest_of
from tombola.tables import Table

ALL = "all"
"""The slice that is the whole split."""
SLICES = Table(
    "slices",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model of the first seed"),
        "against": ("string", "what it is held to: dense, …; empty where to nothing"),
        "task": ("string", "task that was scored"),
        "criterion": ("string", "what scored the weights; empty where unpruned"),
        "rewind": ("string", "how retraining began; empty where unpruned"),
        "round": ("int64", "pruning round; 0 is unpruned"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, mean over seeds"),
        "metric": ("string", "name of the metric"),
        "by": ("string", "what examples of a slice have in common: length, …; all"),
        "slice": ("string", "which: its ends, or its label"),
        "place": ("int64", "its place among the slices of its kind, from 0"),
        "least": ("float64", "least number of its examples; NaN for labels"),
        "most": ("float64", "largest number of its examples; NaN for labels"),
        "score": ("float64", "mean over seeds on the slice; NaN where undefined"),
        "low": ("float64", "lower end of its 95% interval"),
        "high": ("float64", "upper end of its 95% interval"),
        "chance": ("float64", "score there of one answer given every time; NaN if none"),
        "difference": ("float64", "score less that of the other model; NaN where to nothing"),
        "difference_low": ("float64", "lower end of its 95% interval, paired"),
        "difference_high": ("float64", "upper end of its 95% interval, paired"),
        "over": ("string", "what intervals are over: examples, or seeds and examples"),
        "seeds": ("int64", "runs"),
        "n": ("int64", "examples of the slice"),
        "verdict": ("string", "above, below or undecided; empty where to nothing"),
        "signature": ("string", "every fact that determines the numbers"),
    },
    open_axes=True,
)


class SlicesStep(Step):
    """Which models, and along what their dev split is cut."""

    of: References
    """Steps that end in models."""
    to: Reference | None = None
    """What each is held to, slice by slice: dense, say."""
    across: str = "seed"
    """The axis over which runs are pooled."""
    by: Annotated[tuple[str, ...], ONE_OR_MORE, ONCE, named_in(tasks.SLICERS)] = (
        "length", "frequency", "rarest",
    )  # fmt: skip
    """length, frequency or rarest; an empty list for labels alone."""
    bins: int = Field(4, gt=1, le=100)
    """Slices of about equal size into which each of these is cut."""
    edges: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Instead, the lower ends of all slices but the first: `{length: [10, 20]}`."""
    labels: dict[str, Path] = Field(default_factory=dict)
    """Labels of your own: a name, and a file with a line for each example of the dev split."""
    metric: str | None = None
    """Another metric of the same answers; by default the task's first."""

    @model_validator(mode="after")
    def _cut(self) -> "SlicesStep":
        if not self.by and not self.labels:
            raise ValueError("nothing to cut by: name slicers (by) or labels")
        for name, edges in self.edges.items():
            if name not in self.by:
                raise ValueError(f"edges.{name}: is not among by: {', '.join(self.by)}")
            if not edges or list(edges) != sorted(set(edges)):
                raise ValueError(f"edges.{name}: numbers in ascending order")
        for name in self.labels:
            if name in {*tasks.SLICERS, ALL}:
                raise ValueError(f"labels.{name}: the name of a slicer; choose another")
        return self


class Slices(Kind[SlicesStep]):
    """One stage for each point of the other axes, all seeds together."""

    name = "slices"
    version = 1
    settings = SlicesStep
    tables = (SLICES,)
    reads_part = "records"

    def check(self, point: Point[SlicesStep], library: Library) -> None:
        """All are models that were scored; there is a label for every example."""
        check_models(point)
        task = str(point.at.get("task", ""))
        check_metric(point.settings.metric, task, library)
        if library.looking and library.task_facts(task)["digest"] == UNKNOWN:
            return
        if isinstance(library.kind(task), tasks.Packs):
            raise UserError(f"{task}: slices are of examples; its text is packed into sequences")
        n = len(library.task(task).dev)
        for name, labels in _labels(point.settings).items():
            if len(labels) != n:
                raise UserError(
                    f"labels.{name}: {len(labels):,} labels for {n:,} examples of the dev split "
                    f"of {task}"
                )

    def facts(self, settings: SlicesStep) -> dict[str, Any]:
        """How examples are cut, labels by what they are, and a metric of its own."""
        found = facts_of(settings, frozenset({"do", "by", "labels", "metric"}))
        found["by"] = [facts_of_thing(tasks.SLICERS, name) for name in settings.by]
        if settings.labels:
            found["labels"] = {name: digest_of(each) for name, each in _labels(settings).items()}
        if settings.metric is not None:
            found["metric"] = facts_of_thing(tasks.METRICS, settings.metric)
        return found

    def expand(self, point: Point[SlicesStep], planner: Planner) -> Iterator[Stage]:
        """One stage, which knows what it is held to."""
        to = point.folded[0][1].get("to")
        against = {"against": named_against(to.stage)} if to and to.stage else {}
        yield planner.stage(self, point, at=against)

    def work(self, job: Job[SlicesStep], folder: Path) -> None:
        """Read the answers, and pool those of each slice."""
        score = record_of(job.folder("of.0"), "score")
        metric = tasks.METRICS[job.settings.metric or score["metric"]]
        counts, references = _counts(job, "of", metric)
        others = None
        held = job.roles("to")
        if held and job.stage.reads[held[0]] != job.stage.reads["of.0"]:
            others, other_references = _counts(job, "to", metric)
            if references != other_references:
                raise UserError(
                    f"{job.read_stage('of.0').title} and {job.read_stage('to.0').title} were "
                    "scored on other examples: they cannot be paired"
                )
        sparsity = [sparsity_of(record_of(job.folder(r), "model")) for r in job.roles("of")]
        shared = {
            "metric": metric.name,
            "task": score["task"],
            "sparsity": sum(sparsity) / len(sparsity),
        }
        task = job.library.task(str(job.stage.at["task"]))
        rows = [
            {**shared, **_told(metric, each, counts, others, references)}
            for each in cut(task, job.settings)
        ]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every slice."""
        at = dict(done.stage.at)
        for row in done.record("rows"):
            yield (
                SLICES,
                {
                    "step": done.stage.step,
                    "model": done.stage.reads["of.0"],
                    "against": str(at.get("against", "")),
                    **done.cells(SLICES, row),
                    "criterion": str(at.get("criterion", "")),
                    "rewind": str(at.get("rewind", "")),
                    "round": int(at.get("round", 0)),
                    "signature": done.sign(by=row["by"], slice=row["slice"], n=row["n"]),
                    **done.axes(SLICES),
                },
            )


def cut(task: "tasks.Task", settings: SlicesStep) -> "list[tasks.Slice]":
    """The slices of a task's dev split; the first is the whole of it."""
    found = [tasks.Slice(ALL, ALL, 0, np.arange(len(task.dev)))]
    for name in settings.by:
        slicer = tasks.SLICERS[name]
        edges = settings.edges.get(name, ())
        numbers = slicer.numbers(task)
        found += tasks.by_numbers(name, slicer.unit, numbers, settings.bins, edges)
    for name, labels in _labels(settings).items():
        found += tasks.by_labels(name, labels)
    return found


def _labels(settings: SlicesStep) -> dict[str, list[str]]:
    return {name: tasks.read_labels(Path(expand(path))) for name, path in settings.labels.items()}


def _counts(job: Job[SlicesStep], role: str, metric: Any) -> tuple[list[Any], list[Any]]:
    """What each example contributes, for each seed; and what is right."""
    read = [read_answers(job.folder(each) / ANSWERS_FILE) for each in job.roles(role)]
    return [metric.counts(said, right) for said, right in read], read[0][1]


def _told(
    metric: Any,
    part: "tasks.Slice",
    counts: list[Any],
    others: list[Any] | None,
    references: list[Any],
) -> Mapping[str, Any]:
    """The numbers of one slice."""
    own = [each[part.examples] for each in counts]
    found = metric.mean(own)
    right = [references[i] for i in part.examples]
    constant = metric.constant(right)
    chance = (
        None if constant is None else float(metric.value(total(metric.counts(constant, right))))
    )
    row = {
        "by": part.by, "slice": part.name, "place": part.place, "least": part.least,
        "most": part.most, "score": found.value, "low": found.low, "high": found.high,
        "chance": chance, "over": found.over, "seeds": found.seeds, "n": found.n,
    }  # fmt: skip
    if others is None:
        return (
            row
            | dict.fromkeys(("difference", "difference_low", "difference_high"))
            | {"verdict": ""}
        )
    held = metric.difference(own, [each[part.examples] for each in others])
    return row | {
        "difference": held.value, "difference_low": held.low, "difference_high": held.high,
        "verdict": held.verdict(),
    }  # fmt: skip


KINDS.add(Slices())
