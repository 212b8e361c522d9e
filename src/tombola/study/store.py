"""Where stages live: a folder that exists is done; a lock that is held is running."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tombola.files import read_json, write_json
from tombola.study.effort import effort
from tombola.study.stage import Stage

STAGE_FILE = "stage.json"
PROGRESS_FILE = "progress.json"


@dataclass(frozen=True)
class Store:
    """The stages of one study on disk.

    stages/NAME     a finished stage; it appeared by one rename and never changes
    working/NAME    what an unfinished stage has so far; a later run goes on from it
    states/NAME-N   a training's state at step N, for whoever goes back to it
    locks/NAME      locked by the operating system while a process works on the stage
    failed/NAME     why a stage failed, until it is tried again
    """

    root: Path
    energy: bool = False
    """Whether the energy of stages is estimated."""

    def path(self, name: str) -> Path:
        """The folder of a finished stage."""
        return self.root / "stages" / name

    def working(self, name: str) -> Path:
        """The folder of an unfinished stage."""
        return self.root / "working" / name

    def state(self, name: str, step: int) -> Path:
        """The file of a training's state after so many steps of its schedule."""
        return self.root / "states" / f"{name}-{step}.safetensors"

    def is_done(self, name: str) -> bool:
        """Whether the stage is finished."""
        return self.path(name).is_dir()

    def finished(self) -> set[str]:
        """Names of all finished stages, at one look."""
        folder = self.root / "stages"
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def is_running(self, name: str) -> bool:
        """Whether some process works on the stage now."""
        lock = self.lock(name)
        if not Path(lock.lock_file).exists():
            return False
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    def failure(self, name: str) -> dict[str, Any] | None:
        """Why the stage failed, if it did."""
        path = self.root / "failed" / f"{name}.json"
        return read_json(path) if path.exists() and not self.is_done(name) else None

    def record_failure(self, stage: Stage, why: str) -> None:
        """Note why a stage failed."""
        path = self.root / "failed" / f"{stage.name}.json"
        write_json(path, {"stage": stage.name, "what": stage.title, "why": why})

    def forget_failure(self, name: str) -> None:
        """Let a stage be tried again."""
        (self.root / "failed" / f"{name}.json").unlink(missing_ok=True)

    def progress(self, name: str) -> dict[str, Any] | None:
        """Steps done and steps in all of a stage that reports them."""
        path = self.working(name) / PROGRESS_FILE
        return read_json(path) if path.exists() else None

    def record(self, name: str) -> dict[str, Any]:
        """What a finished stage says of itself: its facts, seconds, versions of libraries."""
        found: dict[str, Any] = read_json(self.path(name) / STAGE_FILE)
        return found

    def run(
        self, stage: Stage, work: Callable[[Path], None], versions: dict[str, str] | None = None
    ) -> bool:
        """Do a stage once, whoever else tries at the same time.

        `work` writes into the folder it is given: the same one again after an interruption.
        Returns whether this call did the work.
        """
        with self.lock(stage.name):
            if self.is_done(stage.name):
                return False
            working = self.working(stage.name)
            working.mkdir(parents=True, exist_ok=True)
            with effort(self.energy) as spent:
                work(working)
            for leftover in (*working.glob("resume*"), *working.glob(".*")):
                leftover.unlink(missing_ok=True)
            (working / PROGRESS_FILE).unlink(missing_ok=True)
            record = {**stage.to_dict(), **spent.to_dict(), "versions": versions or {}}
            write_json(working / STAGE_FILE, record)
            self.path(stage.name).parent.mkdir(exist_ok=True)
            working.rename(self.path(stage.name))
        return True

    def lock(self, name: str) -> FileLock:
        """Held while a process works on a stage, or makes a state that others may want too."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{name}.lock")
