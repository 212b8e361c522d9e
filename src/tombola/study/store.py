"""Where stages live: a folder that exists is done; what is leased is running."""

import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import read_json, read_sound, write_json
from tombola.study.effort import effort
from tombola.study.lease import Lease, held, is_held, leased
from tombola.study.parts import PARTS, Part, part_of
from tombola.study.progress import PROGRESS_FILE, Progress
from tombola.study.sharing import release, share
from tombola.study.stage import Stage
from tombola.study.sums import check_sums, files_of, size_of, stated, sums_of, way_out

STAGES = "stages"
SHARED = "shared"
STAGE_FILE = "stage.json"
DROPPED_FILE = "dropped.json"
MOVED = "~"
"""Between a stage's name and the number of the claim that took its unfinished folder."""


@dataclass(frozen=True)
class Store:
    """The stages of one study on disk.

    stages/NAME     a finished stage; it appeared by one rename and never changes
    working/NAME    what an unfinished stage has so far; a later run goes on from it
    states/NAME-N   a training's state at step N, for whoever goes back to it
    shared/SUM      a large file under one more name, for other stages with the same
    locks/NAME…     held while a process works on the stage, on whichever machine: see `lease`
    failed/NAME     why a stage failed, until it is tried again
    """

    root: Path
    energy: bool = False
    """Whether the energy of stages is estimated."""

    def path(self, name: str) -> Path:
        """The folder of a finished stage."""
        return self.root / STAGES / name

    def working(self, name: str) -> Path:
        """The folder of an unfinished stage; the last one where a machine took it from another."""
        moved = {int(path.name.rpartition(MOVED)[2]): path for path in self._moved(name)}
        return moved[max(moved)] if moved else self.root / "working" / name

    def state(self, name: str, step: int) -> Path:
        """The file of a training's state after so many steps of its schedule."""
        return self.root / "states" / f"{name}-{step}.safetensors"

    def states(self, name: str) -> list[Path]:
        """The files of a training's states that are kept."""
        return sorted((self.root / "states").glob(f"{name}-*.safetensors"))

    def all_states(self) -> dict[str, list[Path]]:
        """The same of every stage, at one look."""
        found: dict[str, list[Path]] = {}
        for path in sorted((self.root / "states").glob("*-*.safetensors")):
            found.setdefault(path.stem.rpartition("-")[0], []).append(path)
        return found

    def is_done(self, name: str) -> bool:
        """Whether the stage is finished."""
        return self.path(name).is_dir()

    def finished(self) -> set[str]:
        """Names of all finished stages, at one look."""
        folder = self.root / STAGES
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def is_running(self, name: str) -> bool:
        """Whether some process works on the stage now."""
        return is_held(self._locks, name)

    def at_work(self) -> str | None:
        """The name of a stage that some process works on now; None where nobody does."""
        return next(held(self._locks), None)

    def failure(self, name: str) -> dict[str, Any] | None:
        """Why the stage failed, if it did."""
        path = self.root / "failed" / f"{name}.json"
        if not path.exists() or (self.is_done(name) and not self.dropped(name)):
            return None
        unreadable = {"stage": name, "what": name, "why": f"{path} is damaged: run again"}
        return _readable(path) or unreadable

    def record_failure(self, stage: Stage, why: str) -> None:
        """Note why a stage failed."""
        path = self.root / "failed" / f"{stage.name}.json"
        write_json(path, {"stage": stage.name, "what": stage.title, "why": why})

    def forget_failure(self, name: str) -> None:
        """Let a stage be tried again."""
        (self.root / "failed" / f"{name}.json").unlink(missing_ok=True)

    def progress(self, name: str) -> Progress | None:
        """How far an unfinished stage is, where it says so."""
        return Progress.read(_readable(self.working(name) / PROGRESS_FILE))

    def record(self, name: str) -> dict[str, Any]:
        """What a finished stage says of itself: its facts, seconds, versions of libraries.

        Raises UserError where that is damaged.
        """
        return record_in(self.path(name))

    def ended(self, name: str) -> tuple[float, float]:
        """Seconds that a finished stage took, and when it was done, in seconds since 1970.

        Raises UserError where its record is damaged.
        """
        seconds: float = self.record(name)["seconds"]  # first: it says what is damaged
        return seconds, (self.path(name) / STAGE_FILE).stat().st_mtime

    def run(
        self, stage: Stage, work: Callable[[Path], None], versions: dict[str, str] | None = None
    ) -> bool:
        """Do a stage once, whoever else tries at the same time.

        `work` writes into the folder it is given: the same one again after an interruption. One
        that has given up parts (see `drop`) is done again, to the same bits.
        Returns whether this call did the work.
        """
        while True:
            with self.lock(stage.name) as lease:
                if self.is_done(stage.name) and not self.dropped(stage.name):
                    return False
                try:
                    self._do(stage, work, versions or {}, lease)
                    return True
                except Exception:
                    if not lease.lost():
                        raise
            # another machine has taken the stage over: see what becomes of it

    def _do(
        self, stage: Stage, work: Callable[[Path], None], versions: dict[str, str], lease: Lease
    ) -> None:
        working = self._taken(stage.name, lease)
        working.mkdir(parents=True, exist_ok=True)
        with effort(self.energy) as spent:
            work(working)
        for leftover in (*working.glob("resume*"), *working.rglob(".*")):
            _remove(leftover)  # drafts of what was killed while it wrote stand anywhere within
        (working / PROGRESS_FILE).unlink(missing_ok=True)
        (working / STAGE_FILE).unlink(missing_ok=True)
        sums = sums_of(working)
        share(working, sums, self._shared)
        record = {**stage.to_dict(), **spent.to_dict(), "versions": versions}
        write_json(working / STAGE_FILE, {**record, "files": sums})
        self.path(stage.name).parent.mkdir(exist_ok=True)
        lease.check()
        if self.is_done(stage.name):
            _remove(self.path(stage.name))
        working.rename(self.path(stage.name))
        for leftover in (self.root / "working" / stage.name, *self._moved(stage.name)):
            _remove(leftover)

    def _taken(self, name: str, lease: Lease) -> Path:
        """Where to go on with a stage.

        Who had it may wake up and write on: what it began is moved from where it would.
        """
        last = self.working(name)
        if not lease.taken:
            return last
        moved = self.root / "working" / f"{name}{MOVED}{lease.number}"
        if last.is_dir():
            last.rename(moved)
        return moved

    def _moved(self, name: str) -> list[Path]:
        return list((self.root / "working").glob(f"{name}{MOVED}[0-9]*"))

    def check(self, name: str, parts: Collection[Part]) -> None:
        """Raise UserError where a file of some parts of a finished stage is not what it was.

        Stages of older versions of tombola have no checksums: nothing is known of them.
        """
        folder = self.path(name)
        sums = stated(folder, self.record(name)) or {}
        for part in self.dropped(name):
            if part in parts:
                raise UserError(
                    f"{folder}: its {part} were given up to save space; {way_out(folder)}"
                )
        check_sums(folder, sums, (file for file in sums if part_of(file) in parts))

    def dropped(self, name: str) -> tuple[Part, ...]:
        """The parts that a finished stage has given up."""
        found = _readable(self.path(name) / DROPPED_FILE) or {}
        return tuple(part for part in PARTS if part in found.get("parts", ()))

    def size(self, name: str, parts: tuple[Part, ...]) -> int:
        """The bytes of the files that a finished stage has of some parts."""
        return sum(size_of(found) for found in self._files(name, parts).values())

    def drop(self, name: str, parts: tuple[Part, ...]) -> int:
        """Give up parts of a finished stage; return the bytes that are free then.

        What it was is known by its name still, and doing it again gives the same bits.
        """
        folder, gone = self.path(name), self._files(name, parts)
        if gone:
            write_json(folder / DROPPED_FILE, {"parts": sorted({*self.dropped(name), *parts})})
        return sum(release(folder / file, found, self._shared) for file, found in gone.items())

    def _files(self, name: str, parts: tuple[Part, ...]) -> dict[str, str]:
        """The files that a finished stage has of some parts, with their sums.

        None that a link leads to: it may be anybody's.
        """
        folder = self.path(name)
        sums = stated(folder, self.record(name))
        if sums is None:
            sums = {file: f"{path.stat().st_size}-" for file, path in files_of(folder).items()}
        own = {file: found for file, found in sums.items() if part_of(file) in parts}
        home = (self.root / STAGES).resolve() / name
        folders = {(folder / file).parent for file in own}
        above = {path: path.resolve().is_relative_to(home) for path in folders}
        return {
            file: found
            for file, found in own.items()
            if above[(folder / file).parent] and (folder / file).exists()
        }

    def lock(self, name: str) -> AbstractContextManager[Lease]:
        """Held while a process works on a stage, or makes a state that others may want too."""
        return leased(self._locks, name)

    @property
    def _shared(self) -> Path:
        return self.root / SHARED

    @property
    def _locks(self) -> Path:
        return self.root / "locks"


def record_in(folder: Path) -> dict[str, Any]:
    """What the folder of a finished stage says of it. Raises UserError where that is damaged."""
    found = read_sound(folder / STAGE_FILE, way_out(folder))
    known = found if isinstance(found, dict) else {}
    seconds, versions = known.get("seconds"), known.get("versions")
    if not isinstance(versions, dict) or type(seconds) not in {int, float}:
        why = f"not what a stage writes; {way_out(folder)}"
        raise UserError(f"{folder / STAGE_FILE}: damaged: {why}")
    return known


def _remove(path: Path) -> None:
    """Remove a file or a folder; nothing where it is gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _readable(path: Path) -> dict[str, Any] | None:
    """What a JSON file says that others may be writing; None where it is not there, or damaged."""
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
