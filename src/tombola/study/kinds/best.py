"""`best`: of models along an axis, the one that scores best where nothing is reported."""

import math
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal

from tombola import tasks
from tombola.errors import UserError
from tombola.files import link_or_copy, write_json
from tombola.study.answers import ANSWERS_FILE
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.floor import check_split
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import HELD_FILE
from tombola.study.parts import MODEL, SCORE_FILE
from tombola.study.point import Point
from tombola.study.references import References
from tombola.tables import Table

CHOICES = Table(
    "choices",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model that was chosen, under its name here"),
        "axis": ("string", "axis along which models were tried"),
        "value": ("string", "value that was tried"),
        "tried": ("string", "the model that was tried"),
        "by": (
            "string",
            "held: by examples apart; as_published: by those that are reported",
        ),
        "score": ("float64", "its score there"),
        "n": ("int64", "examples there"),
        "chosen": ("bool", "whether it is the one"),
        "signature": ("string", "every fact that determines the number"),
    },
    open_axes=True,
)


class BestStep(Step):
    """Of which models, and by what."""

    of: References
    """Steps that end in models."""
    across: str
    """The axis that is tried: learning_rate, say."""
    by: Literal["held", "as_published"] = "held"
    """`held` chooses by the examples that the task holds apart, so that the score that is reported
    owes nothing to the choice; `as_published` by the very examples that are reported."""


class Best(Kind[BestStep]):
    """One stage for each point of the other axes: the model that was chosen, as it is.

    Gordon, Duh & Andrews (2020), section 4.1, report the best of four learning rates on the dev set
    that they choose by; Chen et al. (2020) and Prasanna et al. (2020) choose nothing.
    """

    name = "best"
    version = 1
    settings = BestStep
    tables = (*MODEL_TABLES, CHOICES)
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[BestStep], library: Library) -> None:
        """There are models along the axis, and examples to choose by."""
        if not point.main.ends_in_model:
            raise UserError("of is a step that ends in models")
        if point.settings.by == "held":
            check_split("held", str(point.main.at["task"]), library)

    def facts(self, settings: BestStep) -> dict[str, Any]:
        """The axis, and what is chosen by."""
        return {"across": settings.across, **facts_of(settings, frozenset({"do", "of", "across"}))}

    def work(self, job: Job[BestStep], folder: Path) -> None:
        """Compare scores; link the files of the best, the first of equals."""
        file = HELD_FILE if job.settings.by == "held" else SCORE_FILE
        scores = []
        for role in job.roles("of"):
            found = record_of(job.folder(role), Path(file).stem)
            scores.append(
                {"tried": job.stage.reads[role], "score": found["value"], "n": found["n"]}
            )
        defined = [
            each["score"]
            for each in scores
            if each["score"] is not None and not math.isnan(each["score"])
        ]
        if not defined:
            raise UserError(f"across {job.settings.across}: no model has a score to choose by")
        metric = tasks.METRICS[record_of(job.folder(job.roles("of")[0]), "score")["metric"]]
        best = min(defined) if getattr(metric, "better", "higher") == "lower" else max(defined)
        chosen = next(i for i, each in enumerate(scores) if each["score"] == best)
        source = job.folder(job.roles("of")[chosen])
        for name in (ANSWERS_FILE, HELD_FILE, SCORE_FILE, "model.json"):
            if (source / name).exists():
                link_or_copy(source / name, folder / name)
        target = folder / MODEL
        shutil.rmtree(target, ignore_errors=True)
        model = job.model_folder(job.roles("of")[chosen])
        shutil.copytree(model, target, copy_function=link_or_copy)
        values = job.stage.facts["values"]
        rows = [
            {**score, "value": str(value), "chosen": i == chosen}
            for i, (score, value) in enumerate(zip(scores, values, strict=True))
        ]
        write_json(folder / "choices.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """The model that was chosen, and a row for each that was tried."""
        yield from model_rows(done)
        at = {axis: str(value) for axis, value in done.stage.at.items()}
        for row in done.record("choices"):
            yield (
                CHOICES,
                {
                    "step": done.stage.step,
                    "model": done.stage.name,
                    "axis": str(done.stage.facts["across"]),
                    "by": str(done.stage.facts.get("by", "held")),
                    **done.cells(CHOICES, row),
                    "signature": done.sign(n=row["n"]),
                    **at,
                },
            )


KINDS.add(Best())
