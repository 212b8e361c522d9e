"""`sweep`: how sparse a trained model gets at once before it loses more than is allowed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tombola import anatomy, masks, tickets, training
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.answers import read_answers
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.floor import check_split
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row
from tombola.study.kinds.train import TrainStep
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe_tasks import UNKNOWN
from tombola.study.stage import Stage
from tombola.study.substeps import FOLDER, substeps
from tombola.study.sweep_found import compared
from tombola.study.sweep_loop import WEIGHTS, SweepLoop
from tombola.study.sweep_points import Asked, winner
from tombola.study.sweep_settings import SweepStep
from tombola.tables import Table
from tombola.tickets.importance.part_score import PART_SCORES

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask

SWEEP = Table(
    "sweep",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the ticket that the sweep ends in"),
        "task": ("string", "task that was scored"),
        "seed": ("Int64", "seed of the run"),
        "unit": ("string", "what goes: weights, heads, mlps, heads and mlps"),
        "method": ("string", "what scored it; random goes by lot, none prunes nothing"),
        "role": ("string", "full (the model given), as-long, drawn, control"),
        "level": ("float64", "share of what may go that was asked for, 0 to 1"),
        "sparsity": ("float64", "pruned share of the weights that may go, 0 to 1"),
        "sparsity_model": ("float64", "pruned share of all parameters, 0 to 1"),
        "steps": ("int64", "optimizer steps of retraining; 0 where nothing is retrained"),
        "metric": ("string", "name of the metric"),
        "chance": ("float64", "score of always answering the most frequent label; NaN if none"),
        "choice": ("float64", "score on the examples that choose"),
        "choice_n": ("int64", "those examples"),
        "holds": ("bool", "whether it holds there, by a line through all scores that never rises"),
        "chosen": ("bool", "whether it is the ticket: the sparsest that was drawn and holds"),
        "score": ("float64", "on the other examples"),
        "n": ("int64", "the other examples"),
        "difference": ("float64", "that score less the full model's"),
        "low": ("float64", "lower end of its 95% interval, paired over the other examples"),
        "high": ("float64", "upper end, likewise"),
        "max_loss": ("string", "most that may be lost, as it was asked"),
        "allowed": ("float64", "that in units of the score, on the other examples"),
        "verdict": ("string", "less or more is lost than allowed, or undecided"),
        "signature": ("string", "every fact that determines the numbers"),
    },
)


class Sweep(Kind[SweepStep]):
    """One stage for each seed: its sizes are sub-steps, whose answers are kept.

    Scores of what is pruned are made once, in the model given; each size is a selection of them.
    What one half of the examples chooses is reported on the other, as what was chosen among many
    flatters itself where it was chosen.
    """

    name = "sweep"
    version = 1
    settings = SweepStep
    tables = (*MODEL_TABLES, SWEEP)
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ("task",)

    def check(self, point: Point[SweepStep], library: Library) -> None:
        """The model does the task, there are examples to choose by, and something may go."""
        settings, task = point.settings, point.task()
        check_split("held", task, library)
        if not point.main.ends_in_model and not point.main.model:
            raise UserError(
                "of is a model that has learned the task, or a step that ends in models"
            )
        criterion, stage = settings.criterion.criterion, point.main.stage
        if not criterion.prunes:
            raise UserError(f"criterion: {criterion.name} prunes nothing")
        if criterion.needs == "course" and not isinstance(getattr(stage, "settings", 0), TrainStep):
            raise UserError(
                f"criterion: {criterion.name} looks at where training began, which only a `train` "
                "step in `of` tells"
            )
        unknown = library.looking and library.task_facts(task)["digest"] == UNKNOWN
        if point.main.model and not unknown and point.main.model not in library.missing:
            self._check_model(point.main.model, task, settings, library)

    def _check_model(self, name: str, task: str, settings: SweepStep, library: Library) -> None:
        """Raise UserError for a model whose head is not there, or is of another task."""
        if library.recipe.models[name].new is not None:
            raise UserError(f"of: {name}: a new model has learned nothing; train it in a step")
        saved = library.saved(name)
        try:
            tickets.check_fit(saved, library.task(task), library.model_name(name))
        except UserError as problem:
            raise UserError(
                f"{problem}; a sweep prunes a model that has learned the task"
            ) from None
        if not settings.parts and not settings.pruning.parameters(anatomy.anatomy(saved)):
            raise UserError("sets: the model has no such parameters")

    def facts(self, settings: SweepStep) -> dict[str, Any]:
        """What the search depends on; of weights the criterion, of parts the score."""
        idle = {"criterion", "scope", "sets", "also", "never"} if settings.parts else {"by"}
        idle |= {"step"} if settings.search == "grid" else {"grid"}
        found = facts_of(settings, frozenset({"do", "task", "batch_size", *idle}))
        if settings.parts:
            return {**found, "by": facts_of_thing(PART_SCORES, settings.by)}
        return {**found, "criterion": settings.criterion.facts()}

    def expand(self, point: Point[SweepStep], planner: Planner) -> Iterator[Stage]:
        """One stage, which tables know by what scores."""
        settings, stage = point.settings, point.main.stage
        if stage is not None and settings.criterion.criterion.needs == "course":
            planner.keep(stage, 0.0)
        yield planner.stage(self, point, at={"criterion": _method(settings), "rewind": "none"})

    def work(self, job: Job[SweepStep], folder: Path) -> None:
        """Size after size; then hold all to the full model on the examples that did not choose."""
        loop = SweepLoop(job, folder)
        records = list(substeps(folder, loop.turn))
        answers = [folder / FOLDER / f"{i:04d}" for i in range(len(records))]
        found = compared(records, answers, loop, job.settings.max_loss)
        write_json(folder / "sweep.json", found)
        best = winner(records, [each["holds"] for each in found])
        mask = loop.mask(Asked(records[best]["role"], records[best]["level"]))
        model, steps = _pruned(loop, mask, answers[best]), int(records[best]["steps"])
        given = {s: read_answers(answers[best] / f"{s}.parquet")[0] for s in ("dev", "held")}
        source, root = "", ""
        if "of" in job.stage.sources:
            source = job.library.model_name(job.stage.sources["of"])
        else:
            before = record_of(job.folder("of"), "model")
            steps += int(before["steps"])
            source, root = str(before["source"]), str(before["root"])
        finish(
            job,
            folder,
            model,
            loop.ticket.tokenizer,
            task=loop.task,
            batch_size=job.settings.batch_size,
            mask=mask,
            steps=steps,
            source=source,
            root=root,
            pruning=None if job.settings.parts else job.settings.pruning,
            said=given,
        )
        for path in (folder / FOLDER).glob(f"*/{WEIGHTS}"):
            path.unlink()

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, and every size that was tried."""
        yield from model_rows(done)
        for row in done.record("sweep"):
            which = {"step": done.stage.step, "model": done.stage.name, "seed": done.stage.seed}
            task = done.record("score")["task"]
            signed = done.sign(role=row["role"], level=f"{row['level']:g}", n=row["n"])
            cells = done.cells(SWEEP, row)
            yield SWEEP, {**which, "task": task, **cells, "signature": signed}


def _pruned(loop: SweepLoop, mask: "Mask | None", own: Path) -> "torch.nn.Module":
    """The model given under a mask, or as it was retrained under it."""
    model = loop.ticket.model
    if (own / WEIGHTS).exists():
        model.load_state_dict(training.Checkpoint.load(own / WEIGHTS).weights, strict=False)
    if mask is not None:
        masks.apply(model, mask)
    return model


def _method(settings: SweepStep) -> str:
    return settings.by if settings.parts else settings.criterion.label


KINDS.add(Sweep())
