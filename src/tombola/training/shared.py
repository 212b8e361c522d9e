"""A training whose batches are shared among several processes."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.masks import Sparsifier
from tombola.training.checkpoint import Checkpoint, restore
from tombola.training.launch import check_devices, on_several
from tombola.training.optimizer import build_optimizer
from tombola.training.resuming import kept_beside, resumed
from tombola.training.together import Together

if TYPE_CHECKING:
    from tombola.training.loop import Course, OnStep, Trained


@dataclass(frozen=True)
class Part:
    """What each of the processes does."""

    course: "Course"

    def __call__(self, together: Together, say: Callable[[Any], None]) -> None:
        """Train; the first writes where the others can read, and says how far it is."""
        assert self.course.resume is not None  # `train_shared` saw to it
        self.course.model.to(together.device)
        trained = self.course.go(together, lambda *at: say(at))
        if together.main:
            replace(trained.end, losses=tuple(trained.losses)).save(self.course.resume)


def train_shared(course: "Course", on_step: "OnStep") -> "Trained":
    """Train as `train` does, in so many processes as the training's settings say.

    They are started for this training and end with it; this process waits, and has the model at the
    end. Where it is stopped they end, too. Raises UserError as `on_several` does, and
    DivergedError as `train` does.
    """
    from tombola.training.loop import Trained

    model, n = course.model, course.training.processes
    device = next(model.parameters()).device
    check_devices(n, device.type)
    with ExitStack() as stack:
        resume = course.resume
        if resume is None:
            resume = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "resume.safetensors"
        else:
            resumed(resume, set(course.keep))  # removes what is damaged, before all look at it
        model.to("cpu")
        sent = replace(course, resume=resume)
        with closing(on_several(n, device.type, Part(sent))) as said:
            for at in said:
                on_step(*at)
        end, kept = Checkpoint.load(resume), kept_beside(resume, set(course.keep))
    model.to(device)
    restore(end, model, build_optimizer(model, course.training))
    model.eval()
    mask = course.mask
    if mask is None and course.sparsify is not None:
        sparsifier = Sparsifier(model, course.sparsify)
        sparsifier.load(end.held)
        mask = sparsifier.mask
    return Trained(replace(end, losses=()), kept, list(end.losses), mask)
