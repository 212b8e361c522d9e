"""The state of a finished training at any moment of it: kept, or trained again up to there.

Which moments others go back to is no fact of a training: a chain of rounds that is added later must
not make the dense model another stage. What was foreseen is kept while training; what was not is
trained again from the beginning, which gives the same bits, since batches and dropout of a step
are functions of seed and step alone.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from tombola import training
from tombola.errors import UserError
from tombola.study.job import Job
from tombola.study.kind import KINDS
from tombola.study.runs import RESUME, Run, Trains
from tombola.study.stage import Stage


def keep_states(job: Job[Any], run: Run, trained: "training.Trained") -> None:
    """Write the states that other stages of the plan will go back to."""
    for share in job.stage.keeps:
        step = step_at(run, share)
        state = trained.end if step == run.end else trained.kept[step]
        state.save(job.store.state(job.stage.name, step))


def steps_to_keep(job: Job[Any], run: Run) -> tuple[int, ...]:
    """Steps of a run whose states are wanted."""
    return tuple(sorted({step_at(run, share) for share in job.stage.keeps} - {run.end}))


def step_at(run: Run, share: float) -> int:
    """The step after a share of a run."""
    return round(share * run.end)


def state_of(job: Job[Any], stage: Stage, share: float) -> "training.Checkpoint":
    """The state of another stage's training after a share of its run.

    Raises UserError where that stage trained nothing.
    """
    kind = KINDS[stage.kind]
    if not isinstance(kind, Trains):
        raise UserError(f"{stage.title}: trained nothing, so it has no state to go back to")
    other = job.beside(stage)
    run = kind.run(other)
    step = step_at(run, share)
    path = job.store.state(stage.name, step)
    with job.store.lock(path.stem):
        if path.exists():
            with suppress(UserError):  # damaged: trained again, to the same bits
                return training.Checkpoint.load(path)
        state = _again(run, step, job.store.working(path.stem))
        state.save(path)
        return state


def _again(run: Run, step: int, working: Path) -> "training.Checkpoint":
    working.mkdir(parents=True, exist_ok=True)
    state = run.go(working, until=step).end
    for leftover in working.glob(f"{Path(RESUME).stem}*"):
        leftover.unlink()
    working.rmdir()
    return state
