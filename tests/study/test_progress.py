"""What a stage at work says of itself."""

from pathlib import Path

import pytest

from tombola.files import read_json
from tombola.study import progress as module
from tombola.study.progress import PROGRESS_FILE, Progress, Reporter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def read(folder: Path) -> Progress | None:
    return Progress.read(read_json(folder / PROGRESS_FILE))


def test_steps_are_written_at_most_once_a_second_with_the_mean_loss(
    tmp_path: Path, clock: list[float]
) -> None:
    report = Reporter(tmp_path)
    for step in range(301, 361):  # an interrupted run goes on at its step 300
        report.step(step, 1000, loss=float(step))
        clock[0] += 0.1
    found = read(tmp_path)
    assert found is not None
    assert (found.what, found.done, found.total, found.first) == ("step", 356, 1000, 301)
    assert found.loss == pytest.approx(sum(range(346, 357)) / 11)
    assert found.seconds_left == pytest.approx(0.1 * (1000 - 356), rel=1e-3)
    assert found.words() == "step 356/1,000, loss 351"
    clock[0] += 2
    report.batch(1, 4)  # the same stage, scored after its training
    after = read(tmp_path)
    assert after is not None
    assert (after.what, after.loss, after.share, after.seconds_left) == ("batch", None, None, None)


def test_turns_of_a_loop_hold_what_happens_in_them(tmp_path: Path, clock: list[float]) -> None:
    report = Reporter(tmp_path)
    report.turn(2, 10)
    clock[0] += 2
    report.step(5, 10, loss=0.5)
    found = read(tmp_path)
    assert found is not None
    assert found.words() == "turn 2/10, step 5/10, loss 0.5"
    assert found.share == pytest.approx(0.15)
    report.turn(3)
    clock[0] += 2
    report.batch(1, 2)
    found = read(tmp_path)
    assert found is not None
    assert (found.words(), found.share) == ("turn 3, batch 1/2", None)


def test_nothing_is_written_for_a_stage_that_is_not_at_work(tmp_path: Path) -> None:
    Reporter(tmp_path / "gone").step(1, 2)
    assert not list(tmp_path.iterdir())
    assert Progress.read({"step": 1, "total": 2}) is None  # of an earlier version
    assert Progress.read(None) is None
