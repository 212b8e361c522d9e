"""One training of a stage: what it starts from, what holds it, and its state at any moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tombola import training

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask, Sparsify
    from tombola.study.job import Job
    from tombola.tasks import Batches, TaskKind
    from tombola.tickets import Ticket
    from tombola.training.loop import OnStep
    from tombola.training.settings import Training

RESUME = "resume.safetensors"
LENGTH_WINDOW = 50
"""Batches within which training examples are sorted by length: half the padding."""


@dataclass(frozen=True)
class TaskLoss:
    """The mean loss of a batch of a task; it can be sent to other processes."""

    kind: "TaskKind"
    smoothing: float

    def __call__(self, model: "torch.nn.Module", batch: Mapping[str, Any]) -> "torch.Tensor":
        """See the task's kind."""
        return self.kind.loss(model, batch, self.smoothing)


@dataclass(frozen=True)
class Run:
    """A training that is about to begin."""

    model: "torch.nn.Module"
    tokenizer: Any
    """What reads text for the model."""
    batches: "Batches"
    loss: "Callable[[torch.nn.Module, Mapping[str, Any]], Any]"
    training: "Training"
    seed: int
    start: "training.Checkpoint | None" = None
    mask: "Mask | None" = None
    sparsify: "Sparsify | None" = None
    taken: int = 0
    """Optimizer steps that the starting weights have behind them."""
    until: int | None = None
    """The step of the schedule to end at; None for its end."""

    @property
    def total(self) -> int:
        """Optimizer steps of the whole schedule."""
        return self.training.total_steps(len(self.batches))

    @property
    def end(self) -> int:
        """The step of the schedule at which training ends."""
        return self.total if self.until is None else self.until

    def go(
        self,
        folder: Path,
        keep: tuple[int, ...] = (),
        until: int | None = None,
        on_step: "OnStep" = lambda step, total, loss: None,
    ) -> "training.Trained":
        """Train in place to the end, or to `until`; resumes from `folder`."""
        return training.train(
            self.model,
            self.batches,
            self.loss,
            self.training,
            seed=self.seed,
            start=self.start,
            mask=self.mask,
            sparsify=self.sparsify,
            keep=keep,
            until=self.until if until is None else until,
            resume=folder / RESUME,
            on_step=on_step,
        )


@runtime_checkable
class Trains(Protocol):
    """A kind of step whose stages train: their states can be asked for later."""

    def run(self, job: "Job[Any]") -> Run:
        """The training of a stage, from its beginning."""
        ...


def new_run(
    job: "Job[Any]",
    ticket: "Ticket",
    task: str,
    settings: "Training",
    **more: Any,
) -> Run:
    """The training of a ticket's model on a task of the recipe; `more` are fields of `Run`."""
    kind, smoothing = job.library.kind(task), settings.label_smoothing
    reader = ticket.tokenizer
    batches = job.batches(
        "train",
        task,
        reader,
        settings.batch_size,
        window=LENGTH_WINDOW,
        tokens=settings.batch_tokens,
    )
    return Run(
        ticket.model.to(job.device),
        reader,
        batches,
        TaskLoss(kind, smoothing),
        settings,
        job.seed,
        **more,
    )
