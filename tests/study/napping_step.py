"""A plug-in for tests of engines: stages that wait, note when they begin and end, die or fail."""

import os
import signal
import time
from pathlib import Path
from typing import ClassVar

from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Step
from tombola.study.parts import Part
from tombola.study.references import References


class NapStep(Step):
    """How long, after what, and where it is noted."""

    task: str = "toy"
    notes: str
    """A folder; a file `kill` in it kills the next stage that begins, once; `tired` says the turn
    that fails."""
    of: References | None = None
    turn: int = 0
    seconds: float = 0.0


class Naps(Kind[NapStep]):
    """One stage for each turn."""

    name = "nap"
    version = 1
    settings = NapStep
    task_fields: ClassVar[tuple[str, ...]] = ("task",)
    reads_part: ClassVar[Part] = "records"

    def work(self, job: Job[NapStep], folder: Path) -> None:
        """Wait."""
        notes = Path(job.settings.notes)
        note(notes, "begin", job.stage.name)
        if (notes / "kill").exists():
            (notes / "kill").unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        tired = notes / "tired"
        if tired.exists() and job.settings.turn == int(tired.read_text()):
            raise UserError("it cannot sleep")
        time.sleep(job.settings.seconds)
        write_json(folder / "rows.json", {"turn": job.settings.turn})
        note(notes, "end", job.stage.name)


def note(folder: Path, what: str, name: str) -> None:
    """A line, which processes add at the same time."""
    with (folder / "notes").open("a") as file:
        file.write(f"{what} {name} {os.getpid()}\n")


KINDS.add(Naps())
