"""Studies of thousands of stages: what is looked at grows no faster than they do."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import napping
import pytest

from tombola.study import Event, Planned, Recipe, clean, run_study, status
from tombola.study.pace import Pace
from tombola.study.stage import Stage
from tombola.verbs import Watching

FEW, MANY = 8, 24
"""Stages of each of two steps, in a study and in one of three times the size."""
COUNTING: list[Counter[str]] = []
Counts = dict[str, dict[int, Counter[str]]]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    """What is done with a study, by its size: files that were opened, entries of folders listed."""
    sys.addaudithook(_count)  # never taken away again: it counts nothing while nobody asks
    found: Counts = {}
    for n in (1, FEW, MANY):  # the first is for what is imported
        folder = tmp_path_factory.mktemp(f"study-{n}")
        out, recipe = folder / "out", _recipe(folder, n)
        deeds: dict[str, Callable[[], Any]] = {
            "a run": lambda recipe=recipe, out=out: _run(recipe, out),
            "a run when all is done": lambda recipe=recipe, out=out: _run(recipe, out),
            "status": lambda out=out: status(out).to_dict(),
            "clean": lambda out=out: clean(out, keep="tables"),
        }
        for what, deed in deeds.items():
            with _counting() as found.setdefault(what, {})[n]:
                deed()
    return found


@pytest.mark.parametrize("what", ["a run", "a run when all is done", "status", "clean"])
def test_three_times_the_stages_are_at_most_three_times_the_files(counts: Counts, what: str):
    few, many = counts[what][FEW], counts[what][MANY]
    assert few["open"] >= 2 * FEW
    for operation in ("open", "entries"):
        assert many[operation] <= 3 * few[operation] + 10, (operation, few, many)


def test_status_opens_one_file_for_each_finished_stage(counts: Counts):
    few, many = (counts["status"][n]["open"] for n in (FEW, MANY))
    assert many - few == 2 * (MANY - FEW)


def test_a_look_at_a_running_study_is_one_at_stages_that_are_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    guess = Pace.guess
    monkeypatch.setattr(Pace, "guess", lambda self, stage: asked.append("") or guess(self, stage))
    stages = _chains(300)
    watching = Watching(Planned(tmp_path, stages, frozenset(), 2))
    first, second, *_ = stages
    for stage in (first, second):
        watching.hear(Event("started", stage))
    before = len(asked)
    moment = watching.moment()
    assert len(asked) - before <= 6
    assert (moment.total, moment.done, moment.failed, moment.over) == (600, 0, 0, False)
    assert [each and each.title for each in moment.workers] == [first.title, second.title]


def test_what_is_behind_a_failure_is_not_waited_for(tmp_path: Path):
    first, second, behind, _ = stages = _chains(2)
    watching = Watching(Planned(tmp_path, stages, frozenset(), 2))
    for stage in (first, second):
        watching.hear(Event("started", stage))
    ended = watching.hear(Event("failed", first, "no text"))
    assert ended is not None
    assert ended.problem == "no text"
    watching.hear(Event("failed", second, "no text"))
    moment = watching.moment()
    assert (moment.failed, moment.over) == (2, True)
    assert behind.reads == {"of": first.name}


def _chains(n: int) -> tuple[Stage, ...]:
    """Pairs of stages, of which one reads the other."""
    dense = [Stage("dense", "train", {"seed": i}, {}, name=f"dense-{i}") for i in range(n)]
    after = [
        Stage("tickets", "rounds", {"seed": i}, {}, {"of": f"dense-{i}"}, f"tickets-{i}")
        for i in range(n)
    ]
    return (*dense, *after)


def _recipe(folder: Path, n: int) -> Recipe:
    turns = ", ".join(map(str, range(n)))
    recipe: Recipe = napping.recipe(folder, "keep=tables", f"first.turn=[{turns}]")
    return recipe


def _run(recipe: Recipe, out: Path) -> None:
    outcome = run_study(recipe, out, engine="serial", plugins=napping.PLUGIN)
    assert outcome.done == outcome.stages


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    found: Counter[str] = Counter()
    COUNTING.append(found)
    try:
        yield found
    finally:
        COUNTING.remove(found)


def _count(event: str, arguments: tuple[Any, ...]) -> None:
    if not COUNTING or event not in {"open", "os.listdir", "os.scandir"}:
        return
    counting = COUNTING[:]
    COUNTING.clear()  # what is opened here is not counted
    for each in counting:
        if event == "open":
            each["open"] += 1
        else:
            each["entries"] += 1 + _entries(arguments[0])
    COUNTING.extend(counting)


def _entries(folder: Any) -> int:
    try:
        return sum(1 for _ in os.scandir(folder if folder is not None else "."))
    except OSError:
        return 0
