"""One process at a time works on a stage, also where the system's locks end at the machine."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tombola.study import lease
from tombola.study.lease import is_held, leased
from tombola.study.stage import Stage
from tombola.study.store import Store

STAGE = Stage("train", "train", {}, {"version": 1}, name="train-1")
ELSEWHERE = {"machine": "another/1", "process": 1, "beat": "0"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "PATIENCE", 0.4)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks: each process may be on another machine."""
    monkeypatch.setattr(lease, "_locked", lambda *given, **more: False)


def claimed(folder: Path, number: int, record: dict[str, object]) -> Path:
    path = folder / f"stage.{number}"
    path.touch()
    lease._write(path, record)
    return path


@contextmanager
def beating(path: Path) -> Iterator[None]:
    """Another machine is at work, whose clock is years behind."""
    ended = threading.Event()

    def beat() -> None:
        n = 0
        while not ended.wait(0.05):
            lease._write(path, {**ELSEWHERE, "beat": str(n := n + 1)})
            os.utime(path, (1, 1))

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_claims_are_given_back_and_counted(tmp_path: Path):
    for number in (1, 2):
        assert not is_held(tmp_path, "stage")
        with leased(tmp_path, "stage") as held:
            assert is_held(tmp_path, "stage")
            assert (held.number, held.taken, held.lost()) == (number, False, False)


def test_a_claim_of_a_dead_process_of_this_machine_is_taken_at_once(tmp_path: Path):
    claimed(tmp_path, 1, {**ELSEWHERE, "machine": lease._machine(tmp_path)})
    (tmp_path / "stage.lock").touch()
    assert not is_held(tmp_path, "stage")
    started = time.monotonic()
    with leased(tmp_path, "stage") as held:
        assert (held.number, held.taken) == (2, False)
    assert time.monotonic() - started < lease.PATIENCE / 2


@pytest.mark.usefixtures("impatient")
def test_a_claim_of_another_machine_is_waited_for_while_it_changes(tmp_path: Path):
    path = claimed(tmp_path, 1, ELSEWHERE)
    (tmp_path / "stage.lock").touch()
    assert is_held(tmp_path, "stage")
    got = threading.Event()

    def take() -> None:
        with leased(tmp_path, "stage") as held:
            assert (held.number, held.taken) == (2, True)
            got.set()

    thread = threading.Thread(target=take)
    with beating(path):
        thread.start()
        assert not got.wait(1.2)
    assert got.wait(5)
    thread.join()


@pytest.mark.usefixtures("impatient", "without_locks")
def test_one_at_a_time_without_locks_of_the_system(tmp_path: Path):
    inside, most, numbers = [], [], []

    def work() -> None:
        with leased(tmp_path, "stage") as held:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()
            numbers.append(held.number)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert sorted(numbers) == list(range(1, 13))


@pytest.mark.usefixtures("impatient", "without_locks")
def test_who_wakes_up_late_changes_nothing_of_what_another_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store, asleep, awake = Store(tmp_path), threading.Event(), threading.Event()
    monkeypatch.setattr(lease, "_beat", lambda *given: None)
    done: list[bool] = []

    def slow(folder: Path) -> None:
        (folder / "begun").write_text("half")
        asleep.set()
        awake.wait()
        (folder / "late").parent.mkdir(parents=True, exist_ok=True)
        (folder / "late").write_text("late")

    def quick(folder: Path) -> None:
        assert (folder / "begun").read_text() == "half"  # it goes on from there
        awake.set()
        sleeper.join(0.2)
        (folder / "begun").write_text("whole")

    sleeper = threading.Thread(target=lambda: done.append(store.run(STAGE, slow)))
    sleeper.start()
    asleep.wait()
    assert store.run(STAGE, quick)
    sleeper.join()
    assert done == [False]
    folder = store.path(STAGE.name)
    assert sorted(path.name for path in folder.iterdir()) == ["begun", "stage.json"]
    assert (folder / "begun").read_text() == "whole"
    store.check(STAGE.name, ("records",))


def test_a_full_disk_leaves_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(path: Path, record: dict[str, object]) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(lease, "_write", full)
        with pytest.raises(OSError, match="No space"), leased(tmp_path, "stage"):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stage.lock"]
