"""What of a study's folder nothing needs any more, and what removing it frees."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.files import is_draft
from tombola.results import Record, Result
from tombola.study.claim import read_plan
from tombola.study.job import ENCODED
from tombola.study.keeping import Keeper, done_again
from tombola.study.parts import Keep
from tombola.study.stage import Stage
from tombola.study.store import SHARED, STAGES, Store


@dataclass(frozen=True)
class Removable:
    """Something that may go: how many files or folders, their bytes, and why."""

    what: str
    n: int
    bytes: int
    why: str


@dataclass(frozen=True, repr=False)
class Cleaning(Result):
    """What may go from a study's folder."""

    out: Path
    found: tuple[Removable, ...]
    done: bool
    """Whether it went."""

    @property
    def bytes(self) -> int:
        """All that is free then."""
        return sum(each.bytes for each in self.found)

    def lines(self) -> tuple[str, ...]:
        """How much it is."""
        said = "removed" if self.done else "could go"
        return (f"{self.out}: {self.bytes / 1e6:,.1f} MB {said}",)

    def records(self) -> list[Record]:
        """A row for each kind of thing."""
        return [vars(each).copy() for each in self.found]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        rows = self.records()
        return {"out": str(self.out), "bytes": self.bytes, "done": self.done, "found": rows}


def clean(out: str | Path, keep: Keep = "all", really: bool = False) -> Cleaning:
    """Say what of a study's folder nothing needs any more, and remove it if `really`.

    Always: work on stages that the study no longer has, such stages themselves, what was not
    written to its end, states of trainings that nobody goes back to, encoded text of a study that
    is done. With `keep` also what `Recipe.keep` names; a later run does again what it needs of
    that, to the same bits. What a link leads to stays.

    Raises UserError where there is no study, and where a run works on it now.
    """
    out = Path(out)
    stages, store = read_plan(out), Store(out)
    _refuse_running(store)
    found = [
        _removed("unfinished work", _lost_work(stages, store), "of stages that are not in the plan",
                 really),
        _removed("drafts", _drafts(store), "who wrote them was killed", really),
        _removed("finished stages", _lost_stages(stages, store), "not in the plan", really),
        _removed("states of trainings", _spare_states(stages, store), "nobody goes back to them",
                 really),
        _removed("encoded text", _spare_text(stages, store), "every stage is done", really),
        _given_up(stages, store, keep, really),
        _removed("shared files", _unshared(store), "no stage has them", really),
    ]  # fmt: skip
    return Cleaning(out, tuple(each for each in found if each.n), really)


def _refuse_running(store: Store) -> None:
    name = store.at_work()
    if name is not None:
        raise UserError(f"{store.root}: a run works on {name} now; wait until it ends")


def _lost_work(stages: tuple[Stage, ...], store: Store) -> Iterator[Path]:
    names = {stage.name for stage in stages} - store.finished()
    for path in _in(store.root / "working"):
        if not any(path.name.startswith(name) for name in names):
            yield path


def _drafts(store: Store) -> Iterator[Path]:
    for path in _in(store.root):
        if is_draft(path):
            yield path
        elif path.is_dir():
            yield from filter(is_draft, _in(path))


def _lost_stages(stages: tuple[Stage, ...], store: Store) -> Iterator[Path]:
    names = {stage.name for stage in stages}
    yield from (path for path in _in(store.root / STAGES) if path.name not in names)


def _spare_states(stages: tuple[Stage, ...], store: Store) -> Iterator[Path]:
    done, awaited = store.finished(), set()
    for stage in stages:
        if stage.name not in done:
            awaited |= {stage.name, *stage.reads.values()}
    for path in _in(store.root / "states"):
        if path.stem.rpartition("-")[0] not in awaited:
            yield path


def _spare_text(stages: tuple[Stage, ...], store: Store) -> Iterator[Path]:
    if {stage.name for stage in stages} <= store.finished():
        yield from _in(store.root / ENCODED)


def _unshared(store: Store) -> Iterator[Path]:
    yield from (path for path in _in(store.root / SHARED) if path.stat().st_nlink == 1)


def _in(folder: Path) -> list[Path]:
    """What is in a folder of the study's own: a link may lead to anything else of the user's."""
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def _removed(what: str, paths: Iterator[Path], why: str, really: bool) -> Removable:
    found = list(paths)
    size = sum(_size(path) for path in found)
    for path in found if really else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return Removable(what, len(found), size, why)


def _given_up(stages: tuple[Stage, ...], store: Store, keep: Keep, really: bool) -> Removable:
    what, why = f"parts of stages (keep: {keep})", "no stage waits for them"
    if keep == "all":  # nothing to ask kinds of steps, whose imports take longer than all the rest
        return Removable(what, 0, 0, why)
    keeper = Keeper(stages, store, keep, done_again(stages, store))
    sizes = {name: store.size(name, parts) for name, parts in keeper.spare().items() if parts}
    sizes = {name: size for name, size in sizes.items() if size}
    freed = keeper.tidy() if really else sum(sizes.values())
    return Removable(what, len(sizes), freed, why)


def _size(path: Path) -> int:
    """The bytes of a file or folder, but for what more stages have than this one."""
    if path.is_dir() and not path.is_symlink():
        return sum(_size(each) for each in path.iterdir())
    stat = path.lstat()
    return stat.st_size if stat.st_nlink <= 2 else 0  # here and in `shared`
