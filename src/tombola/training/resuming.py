"""What an interrupted training had written, and where."""

from pathlib import Path

from tombola.errors import UserError
from tombola.training.checkpoint import Checkpoint


def beside(resume: Path, step: int) -> Path:
    """The file of a checkpoint that is kept, beside the one that a run goes on from."""
    return resume.with_name(f"{resume.stem}-kept-{step}{resume.suffix}")


def resumed(resume: Path, wanted: set[int]) -> tuple[Checkpoint, dict[int, Checkpoint]] | None:
    """What an interrupted run had written; None where that is nothing, or is damaged.

    A damaged file (power went, a disk was full) is removed: the run begins anew, to the same end.
    """
    if not resume.exists():
        return None
    try:
        return Checkpoint.load(resume), kept_beside(resume, wanted)
    except UserError:
        for path in (resume, *resume.parent.glob(f"{resume.stem}-kept-*{resume.suffix}")):
            path.unlink(missing_ok=True)
        return None


def kept_beside(resume: Path, wanted: set[int]) -> dict[int, Checkpoint]:
    """Kept checkpoints that an interrupted run had already written."""
    paths = {step: beside(resume, step) for step in wanted}
    return {step: Checkpoint.load(path) for step, path in paths.items() if path.exists()}
