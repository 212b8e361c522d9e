"""A clock that was set back, or that is another one than that of who wrote."""

import os
import time
from pathlib import Path

from tombola.files import write_json
from tombola.study import lease, status
from tombola.study.stage import Stage
from tombola.study.store import Store

STAGE = Stage("dense", "train", {"seed": 1}, {"version": 1}).named()
DAY = 86_400.0


def claimed(folder: Path, at: float) -> None:
    """Another machine has claimed the stage, and wrote so at a moment of this one's clock."""
    (folder / "locks").mkdir(parents=True, exist_ok=True)
    (folder / "locks" / f"{STAGE.name}.lock").touch()
    claim = folder / "locks" / f"{STAGE.name}.1"
    claim.touch()
    lease._write(claim, {"machine": "another/1", "process": 1, "beat": "0"})
    os.utime(claim, (at, at))


def test_a_dead_claim_from_the_future_is_nobody_at_work(tmp_path: Path):
    store = Store(tmp_path)
    claimed(tmp_path, time.time() + DAY)
    assert not store.is_running(STAGE.name)
    assert store.at_work() is None
    claimed(tmp_path, time.time() - DAY)
    assert not store.is_running(STAGE.name)
    claimed(tmp_path, time.time())
    assert store.is_running(STAGE.name)
    assert store.at_work() == STAGE.name


def test_a_claim_is_as_old_as_the_disk_says(tmp_path: Path, monkeypatch):
    claimed(tmp_path, time.time())
    now = time.time()
    monkeypatch.setattr(lease.time, "time", lambda: now - DAY)
    assert Store(tmp_path).is_running(STAGE.name)


def test_no_time_is_negative(tmp_path: Path):
    write_json(tmp_path / "plan.json", {"recipe": "small", "stages": [STAGE.to_dict()]})
    Store(tmp_path).run(STAGE, lambda folder: None)
    assert 0 <= (status(tmp_path).seconds_since or 0.0) < DAY
    file = tmp_path / "stages" / STAGE.name / "stage.json"
    os.utime(file, (time.time() + DAY,) * 2)
    found = status(tmp_path)
    assert found.seconds_since is None
    assert found.seconds_spent >= 0
    assert found.left.seconds == 0
