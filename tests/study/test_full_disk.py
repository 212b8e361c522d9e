"""A disk that is full at any write of a study: one line, nothing torn, and it goes on later."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from full_disk import full_after
from kills.campaign import _torn
from study.small import bytes_of, cola_folder, of, raw
from tombola.errors import UserError
from tombola.study import Recipe, progress, run_study
from tombola.study.parts import PARTS
from tombola.study.store import Store
from tombola.troubles import in_one_line

Whole = tuple[Recipe, dict[str, bytes], int]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A study of a training, a round and a comparison: its tables, and how often it writes."""
    folder = tmp_path_factory.mktemp("whole")
    value = raw(cola_folder(folder / "text"))
    value["steps"]["tickets"] |= {
        "criterion": "magnitude",
        "rounds": 1,
        "rewind": {"weights": "start"},
    }
    value["steps"] = {name: value["steps"][name] for name in ("dense", "tickets", "held")}
    recipe = of(value)
    with pytest.MonkeyPatch.context() as patch, full_after(None, folder / "out") as disk:
        patch.setattr(progress, "SECONDS_BETWEEN_REPORTS", 1e9)
        assert run_study(recipe, folder / "out", engine="serial").failures == ()
    return recipe, bytes_of(folder / "out"), disk.writes


@pytest.fixture
def at_write(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], None]:
    """Fill the disk at a write of the study, then make room and go on."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_REPORTS", 1e9)
    recipe, tables, _ = whole

    def fill(n: int) -> None:
        out, store = tmp_path / f"out-{n}", Store(tmp_path / f"out-{n}")
        with full_after(n - 1, out), pytest.raises(UserError) as caught, in_one_line(out):
            run_study(recipe, out, engine="serial")
        said = str(caught.value)
        assert said.startswith(str(out)), (n, said)
        assert "the disk is full; what is finished is kept" in said, (n, said)
        assert "\n" not in said
        assert _torn(out, [name for name in tables if name.endswith(".parquet")]) == [], n
        finished = store.finished()
        for name in finished:
            store.check(name, PARTS)
        begun: list[Any] = []
        again = run_study(recipe, out, engine="serial", watch=begun.append)
        assert again.failures == (), n
        assert not {event.stage.name for event in begun} & finished, n
        assert bytes_of(out) == tables, n

    return fill


def test_a_disk_that_is_full_at_some_writes(whole: Whole, at_write: Callable[[int], None]):
    assert whole[2] > 50
    rng = random.Random(3)
    for n in {1, *rng.sample(range(2, whole[2] + 1), 2)}:
        at_write(n)


@pytest.mark.long
def test_a_disk_that_is_full_at_any_write(whole: Whole, at_write: Callable[[int], None]):
    for n in range(1, whole[2] + 1):
        at_write(n)
