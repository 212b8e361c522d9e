"""`prune-parts`: take heads and MLPs away, without retraining, as long as the score holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from tombola import anatomy, masks, tickets, training
from tombola.errors import UserError
from tombola.settings import named_in
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.floor import check_share, check_split, floor_of
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.prune_while import PRUNINGS
from tombola.study.kinds.train import PRUNED_BEFORE, TrainStep, is_dense
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.study.stage import Stage
from tombola.study.substeps import Record, recorded, substeps
from tombola.tables import Table
from tombola.tickets.importance.part_score import PART_SCORES, Per
from tombola.tickets.importance.values import Importance, Norm
from tombola.tickets.part_pruning import (
    What,
    counted,
    importance_under,
    next_parts,
    phases,
    smaller,
)

if TYPE_CHECKING:
    from tombola.masks import Mask

PRUNED_PARTS = Table(
    "pruned-parts",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model that the loop ends in"),
        "task": ("string", "task that was scored"),
        "seed": ("Int64", "seed of the run"),
        "pruning": ("int64", "turn of the loop; 0 is the model before it"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is nearest to the input"),
        "block": ("string", "self, cross or mlp"),
        "head": ("int64", "-1 for an MLP"),
        "survives": ("bool", "whether it is there in this turn"),
        "value": ("float64", "its importance in this turn; NaN where it was not looked at"),
        "normed": ("float64", "as parts are compared"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class PrunePartsStep(Step):
    """What goes, by which importance, and how far the score may fall."""

    of: Reference
    """A `train` step."""
    what: What = "joint"
    """Heads and MLPs together (then each alone), or one of them: joint, heads, mlps."""
    share: float = Field(0.9, gt=0, le=1)
    """Go on while the score is at least this share of the full model's."""
    heads: float = Field(0.1, gt=0, le=1)
    """Share of all heads that goes in a turn of `joint` or `heads`."""
    heads_after: float = Field(0.05, gt=0, le=1)
    """Share of all heads that goes in a turn where `joint` goes on with heads alone."""
    mlps: int = Field(1, gt=0)
    """MLPs that go in a turn."""
    by: Annotated[str, named_in(PART_SCORES)] = "gate"
    """The score of heads and MLPs."""
    per: Per = "example"
    """Of what gradients the score `gate` takes absolute values; in the published code
    as_published."""
    norm: Norm = "l2-min-max"
    """How values are normed before they are compared."""
    pruned_count: bool = False
    """Whether heads that are gone still count in the norm of their layer; in the published code
    they do. Only for the score `gate`."""
    stale: bool = False
    """Whether a new phase begins with the importance seen under the mask that was just refused, as
    the published code does, or with that of the mask it begins at."""
    split: Literal["dev", "held"] = "dev"
    """Examples that decide: dev, on which the ticket is scored too, or those held apart."""
    examples: int | None = Field(None, gt=0)
    """How many of them importance reads; all where not given. The score reads all."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time; it changes values `per` batch and as_published (there 64)."""


class PruneParts(Kind[PrunePartsStep]):
    """One stage for each seed and task: its turns are sub-steps.

    Prasanna et al. 2020, section 3.2, prune so: the least important parts go while the score is at
    least 90% of the full model's, and the last mask that held is the ticket. Scores are of the
    model without the parts, not of one that hides them. Their code begins a phase with a stale
    importance (`stale`), norms with what is gone (`pruned_count`), and adds gradients up over
    batches (`per: as_published`).
    """

    name = "prune-parts"
    version = 1
    settings = PrunePartsStep
    tables = (*MODEL_TABLES, PRUNINGS, PRUNED_PARTS)
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[PrunePartsStep], library: Library) -> None:
        """The model is trained here, and there are such examples."""
        stage = point.nodes["of"].stage
        if stage is None or not isinstance(stage.settings, TrainStep):
            raise UserError("of is a `train` step, whose model is pruned")
        settings = point.settings
        check_split(settings.split, str(point.at["task"]), library)
        check_share(str(point.at["task"]), library)
        if settings.pruned_count and settings.by != "gate":
            raise UserError("pruned_count: only the score `gate` is defined for what is gone")

    def facts(self, settings: PrunePartsStep) -> dict[str, Any]:
        """All settings, the score with its version."""
        found = facts_of(settings, frozenset({"do"}))
        return {**found, "by": facts_of_thing(PART_SCORES, settings.by)}

    def expand(self, point: Point[PrunePartsStep], planner: Planner) -> Iterator[Stage]:
        """One stage, after the model."""
        at = {"criterion": point.settings.by, "rewind": "none"}
        facts = planner.once((point.settings,), lambda: self.facts(point.settings))
        before = {} if is_dense(point, "of", planner.library) else PRUNED_BEFORE
        yield planner.stage(self, point, facts={**facts, **before}, at=at)

    def work(self, job: Job[PrunePartsStep], folder: Path) -> None:
        """Turn after turn, from the records of those that were done."""
        loop = _Loop(job, folder)
        records = list(substeps(folder, loop.turn))
        mask = masks.weights_under(_parts(_held(records)), loop.body)
        if loop.ticket.mask is not None:
            mask = masks.in_both(mask, loop.ticket.mask)
        masks.apply(loop.ticket.model, mask)
        before = record_of(job.folder("of"), "model")
        finish(
            job,
            folder,
            loop.ticket.model.to(job.device),
            loop.ticket.tokenizer,
            task=loop.task,
            batch_size=job.settings.batch_size,
            mask=mask,
            steps=int(before["steps"]),
            source=before["source"],
            root=before["root"],
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, every turn, and every part in every turn."""
        yield from model_rows(done)
        records = recorded(done.folder)
        which = {
            "step": done.stage.step,
            "model": done.stage.name,
            "task": str(done.stage.at["task"]),
            "seed": done.stage.seed,
        }
        for number, record in enumerate(records):
            turn = {**which, "pruning": number, "signature": done.sign(turn=number)}
            yield PRUNINGS, {**turn, **done.cells(PRUNINGS, record)}
            for row in _part_rows(record):
                yield PRUNED_PARTS, {**turn, **done.cells(PRUNED_PARTS, row)}


class _Loop:
    """What the turns of one stage share."""

    def __init__(self, job: Job[PrunePartsStep], folder: Path) -> None:
        self.job = job
        self.folder = folder
        self.task = str(job.stage.at["task"])
        self.ticket = tickets.load(job.model_folder("of"))
        self.ticket.model.to(job.device)
        self.body = anatomy.anatomy(self.ticket.model)
        chosen = job.settings
        self.phases = phases(self.body, chosen.what, chosen.heads, chosen.heads_after, chosen.mlps)

    def turn(self, number: int, before: list[Record], own: Path) -> Record | None:
        """Take the next parts away, score what is left, see its importance."""
        self.job.report.turn(number + 1)
        if number == 0:
            return self._look(masks.all_parts(self.body), "full")
        held, last = _held(before), before[-1]
        seen = last if self.job.settings.stale else held
        importance, parts = _importance(seen, self.body), _parts(held)
        names = [phase.name for phase in self.phases]
        first = 0 if number == 1 else names.index(last["phase"]) + (not last["kept"])
        for phase in self.phases[first:]:
            wanted = next_parts(importance, parts, phase)
            if wanted != parts:
                return self._look(wanted, phase.name, before[0]["score"])
        return None  # the last phase was refused, or nothing of its kind is left

    def _look(self, parts: "Mask", phase: str, full: float | None = None) -> Record:
        """Score what a mask leaves, and where a later turn may ask for it see its importance."""
        job, chosen = self.job, self.job.settings
        known, tokenizer = job.library.task(self.task), self.ticket.tokenizer
        batches = job.batches(chosen.split, self.task, tokenizer, chosen.batch_size)
        model = smaller(self.ticket.model, parts, self.body)
        examples = getattr(known, chosen.split)
        score = training.evaluate(model, known, batches, tokenizer, examples).value
        floor = floor_of(chosen.share, score if full is None else full)
        kept = bool(score >= floor)
        heads, mlps = counted(parts, self.body)
        return {
            "phase": phase,
            "sparsity": masks.weights_under(parts, self.body).sparsity,
            "heads": heads,
            "mlps": mlps,
            "score": score,
            "floor": floor,
            "kept": kept,
            "parts": {name: parts[name].tolist() for name in parts},
            **(self._importance(parts) if kept or chosen.stale else {}),
        }

    def _importance(self, parts: "Mask") -> Record:
        job, chosen = self.job, self.job.settings
        loss, reader = job.library.kind(self.task).loss, self.ticket.tokenizer
        size, examples = chosen.batch_size, chosen.examples
        batches = job.batches(chosen.split, self.task, reader, size, examples)

        def sight(model: Any, gates: Any) -> tickets.Sight:
            return tickets.Sight(model, batches.in_order, loss, chosen.per, gates)

        value, normed = importance_under(
            parts,
            self.ticket.model,
            self.body,
            PART_SCORES[chosen.by],
            sight,
            chosen.norm,
            chosen.pruned_count,
        )
        return {"value": _listed(value), "normed": _listed(normed)}


def _held(records: list[Record]) -> Record:
    """The last turn whose score held."""
    return next(record for record in reversed(records) if record["kept"])


def _parts(record: Record) -> "Mask":
    import torch

    return masks.Mask({name: torch.tensor(alive) for name, alive in record["parts"].items()})


def _listed(importance: Importance) -> dict[str, list[float]]:
    every = {**importance.heads, **importance.mlps}
    return {name: values.reshape(-1).tolist() for name, values in every.items()}


def _importance(record: Record, body: anatomy.Anatomy) -> Importance:
    """As it was written; NaN of what was gone already."""
    import torch

    def values(name: str) -> Any:
        listed = record["normed"][name]
        return torch.tensor([torch.nan if v is None else v for v in listed], dtype=torch.float64)

    heads = {block.name: values(block.name) for block in body.attention}
    return Importance("", "", heads, {block.name: values(block.name)[0] for block in body.mlps}, 0)


def _part_rows(record: Record) -> Iterator[dict[str, Any]]:
    """A row for each part in a turn."""
    for name, alive in record["parts"].items():
        stack, layer, block = name.rsplit(".", 2)
        for i, survives in enumerate(alive):
            yield {
                "stack": stack,
                "layer": int(layer),
                "block": block,
                "head": -1 if block == "mlp" else i,
                "survives": survives,
                "value": record["value"][name][i] if "value" in record else None,
                "normed": record["normed"][name][i] if "normed" in record else None,
            }


KINDS.add(PruneParts())
