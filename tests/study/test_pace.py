"""What finished stages, and those at work, say of the time that is left."""

import pytest

from tombola.study.pace import Pace
from tombola.study.progress import Progress
from tombola.study.stage import Stage


def stage(step: str, task: str, kind: str = "train") -> Stage:
    return Stage(step, kind, {"task": task}, {}, name=f"{step}-{task}")


def test_time_left_goes_by_what_is_most_alike_and_says_so() -> None:
    pace = Pace({"dense-a": 1e9, "dense-b": 3e9})
    assert pace.left([(stage("dense", "a"), None)]).words().startswith("unknown")
    pace.add(stage("dense", "a"), 8.0)
    pace.add(stage("dense", "a"), 12.0)
    waiting = [
        (stage("dense", "a"), None),
        (stage("dense", "b"), None),  # three times the operations
        (stage("again", "a"), None),  # the same kind and task
        (stage("heads", "a", "importance"), None),
    ]
    found = pace.left(waiting)
    assert (found.stages, found.alike, found.akin, found.unknown) == (4, 1, 2, 1)
    assert found.seconds == pytest.approx(10 + 30 + 10)
    assert (found.least, found.most) == pytest.approx((8 + 24 + 8, 12 + 36 + 12))
    assert found.words() == "more than 50 s (40 s to 1 min 0 s)"
    assert found.basis().startswith("of 4 stages 1 as others of their step and task took, 2 by")
    assert "1 unknown and not counted" in found.basis()


def test_what_is_half_done_takes_half_as_long_and_a_first_one_goes_by_itself() -> None:
    half = Progress("step", 50, 100, seconds=4.0)
    alone = Pace().left([(stage("dense", "a"), half)])
    assert (alone.seconds, alone.akin) == (4.0, 1)
    pace = Pace()
    pace.add(stage("dense", "a"), 20.0)
    assert pace.left([(stage("dense", "a"), half)]).seconds == pytest.approx(10)
    assert pace.left([]).words() == "nothing"
