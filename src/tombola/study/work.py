"""What each kind of stage does: it reads earlier stages and writes files into a folder."""

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from tombola.anatomy import Anatomy, anatomy
from tombola.dissect import ProbeSettings, layer_similarity, probe
from tombola.files import write_json
from tombola.masks import Mask
from tombola.registry import Registry
from tombola.study.inputs import ExperimentInputs, Inputs
from tombola.study.plan import Stage
from tombola.study.recipe import Experiment, Recipe
from tombola.study.store import WORK_FILE, Store
from tombola.tasks import TASK_KINDS, Batches, Encoded, encode
from tombola.tickets import Rewinding, Ticket, load, next_mask, rewind, write_ticket
from tombola.training import Checkpoint, Trained, best_device, evaluate, train
from tombola.version import __version__

END_FILE = "end.safetensors"
SECONDS_BETWEEN_REPORTS = 1.0
LENGTH_WINDOW = 50
"""Batches within which training examples are sorted by length: half the padding."""

Work = Callable[["Job", Path], None]
WORK: Registry[Work] = Registry("kind of stage")


class Job:
    """One stage with everything it may read."""

    def __init__(self, stage: Stage, recipe: Recipe, inputs: Inputs, store: Store) -> None:
        self.stage = stage
        self.store = store
        self.experiment: Experiment = recipe.experiments[stage.experiment]
        self.inputs: ExperimentInputs = inputs.by_experiment[stage.experiment]
        self._encoded: dict[str, Encoded] = {}

    def earlier(self, role: int) -> Path:
        """The folder of a stage that this one comes after."""
        return self.store.path(self.stage.after[role])

    @property
    def rewinding(self) -> Rewinding:
        """How this stage's chain rewinds."""
        (found,) = (r for r in self.experiment.rewinding if r.what == self.stage.rewinding)
        return found

    @property
    def total_steps(self) -> int:
        """Optimizer steps of a whole training."""
        return self.experiment.training.total_steps(len(self.batches("train")))

    def encoded(self, split: str) -> Encoded:
        """A split of the task as the model reads it."""
        if split not in self._encoded:
            task, longest = self.inputs.task, self.experiment.task.max_tokens
            examples = getattr(task, split)
            self._encoded[split] = encode(task, examples, self.inputs.tokenizer, longest)
        return self._encoded[split]

    def batches(self, split: str, examples: int | None = None) -> Batches:
        """A split in batches, or its first examples; in training, those of like length together."""
        pad = self.inputs.tokenizer.pad_token_id
        size = self.experiment.training.batch_size
        return Batches(self.encoded(split)[:examples], size, pad, window=LENGTH_WINDOW)


def do(stage: Stage, recipe: Recipe, inputs: Inputs, store: Store) -> bool:
    """Do one stage, unless it is done. Returns whether it was done now.

    Raises what the work raises: UserError, DivergedError, OSError.
    """
    torch.set_num_threads(recipe.threads)
    job = Job(stage, recipe, inputs, store)
    return store.run(stage, lambda folder: WORK[stage.kind](job, folder))


@WORK.register("dense")
def train_dense(job: Job, folder: Path) -> None:
    """Train the whole model and keep the states that tickets rewind to."""
    model = job.inputs.model(job.stage.seed).to(best_device())
    steps = _early_steps(job)
    trained = _train(job, folder, model, keep=steps)
    for step in steps:
        trained.kept[step].save(folder / _early(step))
    _finish(job, folder, model, None, trained.end)


@WORK.register("ticket")
def draw_ticket(job: Job, folder: Path) -> None:
    """One round: score and prune the trained model, rewind, retrain under the mask."""
    stage, pruning = job.stage, job.experiment.pruning
    dense, before = job.earlier(0), job.earlier(1)
    ticket = load(before / "model")
    body = anatomy(ticket.model)
    parameters = pruning.parameters(body)
    weights = dict(ticket.model.named_parameters())
    old = ticket.mask if ticket.mask is not None else Mask.ones(parameters)
    mask = next_mask(weights, old, body, pruning, stage.criterion, _mask_seed(stage))

    early = Checkpoint.load(dense / _early(job.rewinding.step(job.total_steps)))
    trained = Checkpoint.load(before / END_FILE) if _keeps_weights(job.rewinding) else early
    model = ticket.model.to(best_device())
    start = rewind(job.rewinding, early, trained)
    retrained = _train(job, folder, model, start=start, mask=mask)
    _finish(job, folder, model, mask, retrained.end)


@WORK.register("similarity")
def compare_layers(job: Job, folder: Path) -> None:
    """Similarity of the layers of the dense model and a ticket on the dev text."""
    choice = job.experiment.dissect.similarity
    assert choice is not None  # the plan has this stage only where it was asked for
    dense, sparse = (load(job.earlier(role) / "model").model for role in (0, 1))
    rows = []
    for measure in choice.measures:
        batches = job.batches("dev", choice.examples).in_order()
        found = layer_similarity(dense, sparse, batches, measure=measure)
        rows += [asdict(row) for row in found]
    write_json(folder / "rows.json", rows)


@WORK.register("probe")
def probe_layers(job: Job, folder: Path) -> None:
    """A linear probe on every layer of a model."""
    choice, task = job.experiment.dissect.probe, job.inputs.probe_task
    assert choice is not None  # as above
    assert task is not None
    ticket = load(job.earlier(0) / "model")
    found = probe(
        ticket.model,
        ticket.tokenizer,
        task.train,
        task.dev,
        seed=job.stage.seed,
        settings=ProbeSettings(epochs=choice.epochs, standardise=choice.standardise),
    )
    write_json(folder / "rows.json", [{"probe": task.name, **asdict(row)} for row in found])


def _train(job: Job, folder: Path, model: torch.nn.Module, **kwargs: Any) -> Trained:
    training, loss = job.experiment.training, TASK_KINDS[job.inputs.task.kind].loss
    return train(
        model,
        job.batches("train"),
        partial(loss, label_smoothing=training.label_smoothing),
        training,
        seed=job.stage.seed,
        resume=folder / WORK_FILE,
        on_step=_reporter(folder),
        **kwargs,
    )


def _finish(
    job: Job, folder: Path, model: torch.nn.Module, mask: Mask | None, end: Checkpoint
) -> None:
    """Score the model and write it as a ticket, with what its chain needs to go on."""
    task, tokenizer = job.inputs.task, job.inputs.tokenizer
    score = asdict(evaluate(model, task, job.batches("dev"), tokenizer))
    cut = {f"n_cut_{split}": job.encoded(split).n_cut for split in ("train", "dev")}
    write_json(folder / "score.json", {**score, **cut})
    write_json(folder / "mask.json", _mask_facts(job, anatomy(model), mask))
    if _is_rewound_from(job):
        end.save(folder / END_FILE)
    provenance = {
        "stage": job.stage.to_dict(),
        "pruning": job.experiment.pruning.model_dump(mode="json"),
        "task": {"name": task.name, "digest": task.digest},
        "started_from": {"digest": job.inputs.model_digest},
        "score": score,
        "tombola": __version__,
    }
    target = folder / "model"
    target.mkdir(exist_ok=True)
    write_ticket(target, Ticket(model.cpu(), mask, tokenizer, provenance))


def _mask_facts(job: Job, body: Anatomy, mask: Mask | None) -> dict[str, Any]:
    """The counts that tables are made of; a dense model has those of a mask that prunes nothing."""
    shown = mask if mask is not None else Mask.ones(job.experiment.pruning.parameters(body))
    return {
        "parameters": body.count(),
        "prunable": shown.n,
        "pruned": shown.n_pruned,
        "digest": mask.digest if mask is not None else "",
        "rows": shown.sparsity_by(body, "stack", "layer", "block", "role", "set"),
    }


def _keeps_weights(rewinding: Rewinding) -> bool:
    """Whether retraining goes on from the end of the training before."""
    return rewinding.what == "learning-rate"


def _is_rewound_from(job: Job) -> bool:
    """Whether some retraining may go on from the end of this stage's training."""
    if job.stage.kind == "ticket":
        return _keeps_weights(job.rewinding)
    return any(map(_keeps_weights, job.experiment.rewinding))


def _early_steps(job: Job) -> tuple[int, ...]:
    """The steps of the dense training that some chain of rounds goes back to."""
    return tuple(sorted({r.step(job.total_steps) for r in job.experiment.rewinding}))


def _early(step: int) -> str:
    return f"step-{step}.safetensors"


def _mask_seed(stage: Stage) -> int:
    """A seed for random scores: another one in every round."""
    return stage.seed * 1000 + stage.round


def _reporter(folder: Path) -> Callable[[int, int], None]:
    """Write the progress of a run now and then."""
    written = [0.0]

    def report(step: int, total: int) -> None:
        now = time.monotonic()
        if now - written[0] > SECONDS_BETWEEN_REPORTS:
            written[0] = now
            write_json(folder / "progress.json", {"step": step, "total": total})

    return report
