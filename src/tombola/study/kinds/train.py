"""`train`: a model learns a task, from its beginning, another step's end or a moment of it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from tombola import anatomy, masks, tickets, training
from tombola.errors import UserError
from tombola.masks.sparsify import Sparsify
from tombola.study.classes import name_classes
from tombola.study.finished import Finished
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import BARE, Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.recipe_tasks import UNKNOWN
from tombola.study.references import References
from tombola.study.runs import Run, new_run
from tombola.study.stage import Stage
from tombola.study.states import keep_states, state_of, steps_to_keep
from tombola.tickets.part_pruning import gone, without
from tombola.training.settings import Training

if TYPE_CHECKING:
    import torch


SAMPLE, TOKENS_A_WORD = 200, 1.3
"""Of how many examples, and how, an estimate of costs guesses tokens."""
PRUNED_BEFORE = {"from": "ticket"}
"""A fact of steps that prune a ticket further: what its mask leaves out stays out."""


class TrainStep(Step):
    """What is trained, on what, and how."""

    model: References
    """A model of the recipe; a step, whose trained model goes on; or a step `at` a share of its
    run, the model as it was then. Where the task is another one, the head is new. Several open the
    axis `start`."""
    task: str | None = None
    """A task of the recipe; `all` is each of them; by default the one that the model was trained
    on, or that the mask's ticket was."""
    mask: References | None = None
    """A step that ends in tickets: their masks hold what is trained here. Several open the axis
    `mask`."""
    removed: bool = False
    """Whether the heads and MLPs that the mask leaves out are removed for the training, which saves
    their time, and stand in the ticket as zeros again. The mask must be of whole heads and MLPs.
    The course is another one (dropout falls on other places), so this is a fact like any other."""
    sparsify: Sparsify | None = None
    """Prune while training: how much, when, and of what. The model at the end is a ticket; a later
    step that names it as its `mask` keeps what was pruned, one that does not lets it grow back."""
    training: Training
    """How long, in what batches, with what optimizer."""
    begin: float = Field(0.0, ge=0, lt=1)
    """Where in the schedule training begins, as a share of the run: with a step as model its
    optimizer's state comes along. `{model: dense, mask: ticket, begin: 0.5}` is learning-rate
    rewinding by hand; `{model: {of: dense, at: 0.1}, begin: 0.1}` rewinding of weights."""


class Train(Kind[TrainStep]):
    """One stage for each seed, task and model."""

    name = "train"
    version = 1
    settings = TrainStep
    tables = MODEL_TABLES
    makes_models = True
    main = "model"
    axis_of: ClassVar[Mapping[str, str]] = {"model": "start"}  # `model` is a column of its own
    task_fields: ClassVar[tuple[str, ...]] = ("task",)

    def check(self, point: Point[TrainStep], library: Library) -> None:
        """The task can be learned by this model, and what training begins with exists."""
        node = point.nodes["model"]
        if point.settings.begin and node.stage is None:
            raise UserError("begin needs a step as its model: a new run has no state to go on from")
        if point.settings.removed and (point.settings.mask is None or point.settings.begin):
            raise UserError("removed: is for a training from its beginning, with a mask")
        _check_masks(point)
        if point.settings.sparsify is not None and node.model and library.held(node.model):
            raise UserError(
                f"sparsify: draws masks of its own, and the model {node.model} is a ticket: say "
                "`mask: grows` there if what was pruned may grow back"
            )
        task = point.task()
        longest, budget = library.choice(task).max_tokens, point.settings.training.batch_tokens
        if budget is not None and budget < longest:
            raise UserError(
                f"training.batch_tokens: {budget} are fewer than the {longest} that one example of "
                f"{task} may have (max_tokens)"
            )
        _check_schedule(point.settings, task, library)
        if library.looking and library.task_facts(task)["digest"] == UNKNOWN:
            return
        if library.kind(task).head == BARE:
            raise UserError(f"{task}: a task of words is for probes: no model is trained on it")
        if node.model and not _unseen(node.model, library):
            body = anatomy.anatomy(library.empty(node.model, task))
            if point.settings.sparsify is not None:
                point.settings.sparsify.parameters(body)

    def expand(self, point: Point[TrainStep], planner: Planner) -> Iterator[Stage]:
        """One stage, after the model and the mask that it reads."""
        if point.settings.begin:
            stage = point.nodes["model"].stage
            assert stage is not None  # `check` saw to it
            planner.keep(stage, self._moment(point))
        yield planner.stage(self, point)

    def run(self, job: Job[TrainStep]) -> Run:
        """The training of a stage, from its beginning."""
        settings, task = job.settings, job.task_name()
        ticket = starting(job, task)
        mask = ticket.mask if "model" in job.stage.sources else None
        if settings.mask is not None:
            mask = fitted(job, ticket.model)
            masks.apply(ticket.model, mask)
        more = {"mask": mask, "sparsify": settings.sparsify, "taken": self._behind(job)}
        run = new_run(job, ticket, task, settings.training, **more)
        if settings.sparsify is not None:
            settings.sparsify.check(run.total)
        if not settings.begin:
            return run
        state = state_of(job, job.read_stage("model"), job.stage.moment("model", 1.0))
        return replace(run, start=replace(state, step=round(settings.begin * run.total)))

    def work(self, job: Job[TrainStep], folder: Path) -> None:
        """Train, keep the states that others go back to, score."""
        run, task = self.run(job), job.task_name()
        model, mask = run.model, run.mask
        if job.settings.removed:
            trained = train_smaller(job, folder, run)
        else:
            trained = run.go(folder, steps_to_keep(job, run), on_step=job.report.step)
            keep_states(job, run, trained)
            mask = trained.mask
        first = run.start.step if run.start is not None else 0
        finish(
            job,
            folder,
            model,
            run.tokenizer,
            task=task,
            batch_size=run.training.answered_at_once,
            mask=mask,
            steps=run.taken + run.total - first,
            source=self._source(job),
            root=self._root(job),
            losses=trained.losses,
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The model, its score, its sparsity."""
        return model_rows(done)

    def cost(self, point: Point[TrainStep], library: Library) -> Mapping[str, float]:
        """Of one training: a forward and a backward pass are six operations a weight and token."""
        return training_cost(point, library, point.settings.training, point.task())

    def _moment(self, point: Point[TrainStep]) -> float:
        moment = point.nodes["model"].moment
        return 1.0 if moment is None else moment

    def _behind(self, job: Job[TrainStep]) -> int:
        """Steps that the starting weights have behind them."""
        if "model" in job.stage.sources:
            return 0
        steps = int(record_of(job.folder("model"), "model")["steps"])
        return round(job.stage.moment("model", 1.0) * steps)

    def _source(self, job: Job[TrainStep]) -> str:
        if "model" in job.stage.sources:
            return job.library.model_name(job.stage.sources["model"])
        return str(record_of(job.folder("model"), "model")["source"])

    def _root(self, job: Job[TrainStep]) -> str:
        """A ticket's is the one that its mask came from; what is dense is its own."""
        if "mask" in job.stage.reads:
            return str(record_of(job.folder("mask"), "model")["root"])
        return ""


def starting(job: Job[Any], task: str, role: str = "model") -> "tickets.Ticket":
    """The model that a role leads to, with the head that the task needs."""
    ticket = job.ticket(role)
    if role in job.stage.sources or job.read_stage(role).at.get("task") == task:
        return ticket
    known, kind = job.library.task(task), job.library.kind(task)
    n_labels = kind.n_labels(known)
    fresh = anatomy.load_model(
        str(job.model_folder(role)), kind.head, n_labels=n_labels, seed=job.seed
    )
    name_classes(fresh, known)
    trained: Any = ticket.model
    body = dict(trained.base_model.named_parameters())
    for name, parameter in fresh.base_model.named_parameters():
        if name in body:  # a pooler may be new, as a head is
            parameter.data.copy_(body[name].data)  # as it was at the moment that is meant
    return tickets.Ticket(fresh, None, ticket.tokenizer)


def is_dense(point: Point[Any], role: str, library: Library) -> bool:
    """Whether a role leads to a model of which nothing was pruned."""
    node = point.nodes[role]
    if node.stage is None:
        return not library.held(node.model)
    its = node.stage.settings
    if not isinstance(its, TrainStep):
        return False
    dense = its.mask is None and its.sparsify is None
    return dense and not any(map(library.held, node.stage.sources.values()))


def _unseen(model: str, library: Library) -> bool:
    """Whether a plan is only looked at, and a model of it is not here."""
    if not library.looking:
        return False
    library.model_facts(model, next(iter(library.recipe.tasks)))
    return model in library.missing


def _check_masks(point: Point[TrainStep]) -> None:
    """Raise UserError for two kinds of masks at once, and for a mask of what holds none."""
    settings, node = point.settings, point.nodes.get("mask")
    if settings.sparsify is not None and settings.mask is not None:
        raise UserError("sparsify: draws masks of its own; leave `mask` out")
    if node is None or node.stage is None or not isinstance(node.stage.settings, TrainStep):
        return
    its = node.stage.settings
    if its.mask is None and its.sparsify is None:
        raise UserError(
            f"mask: {node.stage.step} trains every weight, so it holds no mask; name a step that "
            "prunes, or leave `mask` out"
        )


def _check_schedule(settings: TrainStep, task: str, library: Library) -> None:
    """Raise UserError where a schedule of pruning goes on after training, if that is known."""
    if settings.sparsify is None:
        return
    steps = settings.training.steps
    if steps is None:
        if settings.training.batch_tokens is not None:
            return  # known once text is in batches
        if library.looking and library.task_facts(task)["digest"] == UNKNOWN:
            return
        size = settings.training.batch_size
        steps = settings.training.total_steps(-(-len(library.task(task).train) // size))
    settings.sparsify.check(steps)


def fitted(job: Job[Any], model: "torch.nn.Module") -> "masks.Mask":
    """The mask of another step's ticket, as it fits a model of the same body.

    Raises UserError where the ticket was never pruned, or is of another body.
    """
    mask = tickets.mask_in(job.ticket_folder("mask"), model)
    if mask is None:
        raise UserError(f"{job.read_stage('mask').title}: was never pruned, so it has no mask")
    return mask


def train_smaller(job: Job[TrainStep], folder: Path, run: Run) -> "training.Trained":
    """Train a model without the heads and MLPs that its mask leaves out, and put it back together.

    Raises UserError where the mask cuts heads or MLPs in pieces, where the family cannot do without
    them, and where a later step wants to go back to a moment of this training.
    """
    assert run.mask is not None  # `check` saw to it
    if job.stage.keeps:
        raise UserError("removed: another step goes back to a moment of this; leave it out")
    body = anatomy.anatomy(run.model)
    parts = masks.surviving_parts(run.mask, body)
    if any(0 < part.survivors < part.n for part in masks.part_shares(run.mask, body)):
        raise UserError("removed: the mask cuts heads or MLPs in pieces; leave `removed` out")
    smaller = without(run.model, parts, body)
    trained = replace(run, model=smaller, mask=None).go(folder, on_step=job.report.step)
    anatomy.put_back(run.model, smaller, *gone(parts, body))
    masks.apply(run.model, run.mask)
    return trained


def training_cost(
    point: Point[Any], library: Library, training: Training, task: str
) -> dict[str, float]:
    """About what a training and its model take, from configurations alone."""
    node = point.main
    while not node.model and node.stage is not None:
        sources = node.stage.sources
        if not sources:
            return {}
        node = type(node)({}, model=next(iter(sources.values())))
    try:
        weights = sum(p.numel() for p in library.empty(node.model, task).parameters())
        examples = len(library.task(task).train)
    except UserError:
        return {}
    tokens = min(library.choice(task).max_tokens, _about_tokens(library.task(task).train))
    size = training.examples_per_step(tokens)
    steps = training.total_steps(math.ceil(examples / size) * training.accumulate)
    return {"flops": 6.0 * weights * tokens * size * steps, "bytes": 4.0 * weights}


def _about_tokens(examples: Sequence[Any]) -> int:
    """About how many tokens an example has, by words of the first; of a pair, the longer."""
    some = [max(len(line.split()) for line in one.lines) for one in islice(examples, SAMPLE)]
    return round(TOKENS_A_WORD * sum(some) / max(1, len(some))) + 2


KINDS.add(Train())
