"""Stages as tasks of Ray: which are handed out, what becomes of them, and the same tables."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import napping
import pytest
from napping import PLUGIN
from small import bytes_of

from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.study import Event, run_study, status
from tombola.study.ray_worker import _bench


class LostError(Exception):
    """What Ray raises for a task that it gives up."""


class FakeRay:
    """As much of Ray as the engine uses; a task is done when its result is asked for."""

    exceptions = SimpleNamespace(RayError=LostError)

    def __init__(self, *nodes: dict[str, float]) -> None:
        self._nodes = nodes or ({"CPU": 2.0},)
        self.at_work: list[Any] = []
        self.options: list[dict[str, Any]] = []
        self.most = 0
        self.loses = ""
        self.cancelled = 0

    def is_initialized(self) -> bool:
        return True

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": True, "Resources": node} for node in self._nodes]

    def cluster_resources(self) -> dict[str, float]:
        return {name: sum(n.get(name, 0) for n in self._nodes) for name in ("CPU", "GPU", "memory")}

    def put(self, value: Any) -> Any:
        return Reference(value)

    def remote(self, function: Any) -> Any:
        def options(**given: Any) -> Any:
            def remote(shared: list[Any], name: str) -> Any:
                task = Reference(lambda: function(shared, name))
                self.options.append(given)
                self.at_work.append(task)
                self.most = max(self.most, len(self.at_work))
                return task

            return SimpleNamespace(remote=remote)

        return SimpleNamespace(options=options)

    def wait(self, tasks: list[Any], num_returns: int = 1, timeout: float = 0) -> Any:
        return tasks[:1], tasks[1:]

    def get(self, ref: Any) -> Any:
        if ref not in self.at_work:
            return ref.value
        self.at_work.remove(ref)
        if self.loses:
            raise LostError(self.loses)
        return ref.value()

    def cancel(self, task: Any, force: bool) -> None:
        self.cancelled += force


class Reference:
    """A reference, equal to itself alone."""

    def __init__(self, value: Any) -> None:
        self.value = value


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    load_plugins(PLUGIN)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    yield
    _bench.cache_clear()


def run(recipe: Any, out: Path, **more: Any) -> Any:
    return run_study(recipe, out, engine="ray", plugins=PLUGIN, **more)


def test_a_worker_that_is_killed_loses_nothing_and_the_tables_are_the_same(tmp_path: Path):
    ray = pytest.importorskip("ray")
    recipe, out = napping.recipe(tmp_path), tmp_path / "out"
    (tmp_path / "kill").touch()
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert run(recipe, out, workers=1).done == 4
    except UserError as problem:
        if "timed out during startup" not in str(problem):
            raise
        pytest.skip("this machine is too busy for Ray, which waits half a minute for itself")
    assert not ray.is_initialized()
    assert signal.getsignal(signal.SIGTERM) is before
    begun, ended = (napping.notes_of(tmp_path, what) for what in ("begin", "end"))
    assert (len(begun), len(ended), len(set(ended))) == (5, 4, 4)
    run_study(recipe, tmp_path / "serial", engine="serial")
    assert bytes_of(out) == bytes_of(tmp_path / "serial")


def test_no_more_are_handed_out_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    resources = "resources={memory: 2, by_step: {then: {gpus: 0.5}}}"
    value = napping.recipe(tmp_path, resources, "first.turn=[1, 2, 3]")
    for nodes, workers, most in (
        (({"CPU": 8.0, "GPU": 1.0, "memory": 4.0 * 2**30},), None, 2),
        (({"CPU": 2.0, "GPU": 1.0, "memory": 64.0 * 2**30}, {"CPU": 1.0}), None, 3),
        (({"CPU": 8.0, "GPU": 1.0, "memory": 64.0 * 2**30},), 1, 1),
    ):
        fake = FakeRay(*nodes)
        monkeypatch.setitem(sys.modules, "ray", fake)
        out = tmp_path / f"{most}-{workers}"
        events: list[Event] = []
        assert run(value, out, workers=workers, watch=events.append).done == 6
        assert fake.most == most
        kinds = [event.kind for event in events]
        assert kinds.count("started") == kinds.count("done") == 6
    wanted = {"num_cpus": 1, "num_gpus": 0.5, "memory": 2.0**31, "max_retries": 3}
    assert fake.options[-1].items() >= wanted.items()
    assert fake.options[0]["num_gpus"] == 0


def test_what_fails_is_told_and_what_reads_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "ray", FakeRay())
    (tmp_path / "tired").write_text("2")
    events: list[Event] = []
    outcome = run(napping.recipe(tmp_path), tmp_path / "out", watch=events.append)
    assert [each["why"] for each in outcome.failures] == ["it cannot sleep"]
    assert [event.text for event in events if event.kind == "failed"] == ["it cannot sleep"]
    counts = status(tmp_path / "out").counts
    assert (counts["done"], counts["failed"], counts["blocked"]) == (2, 1, 1)


def test_what_ray_gives_up_or_has_no_room_for_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fake = FakeRay()
    fake.loses = "the worker died\nunexpectedly"
    monkeypatch.setitem(sys.modules, "ray", fake)
    lost = "first .*turn 1: Ray gave it up .LostError: the worker died unexpectedly.*kept"
    with pytest.raises(UserError, match=lost):
        run(napping.recipe(tmp_path), tmp_path / "out")
    assert fake.cancelled == 1
    monkeypatch.setitem(sys.modules, "ray", FakeRay({"CPU": 4.0, "GPU": 1.0}))
    with pytest.raises(UserError, match=r"no machine .* first .* \(CPU 1, GPU 2\)"):
        run(napping.recipe(tmp_path, "resources.gpus=2"), tmp_path / "out")


def test_without_ray_a_line_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"pip install 'tombola\[ray\]'"):
        run(napping.recipe(tmp_path), tmp_path / "out")


def test_machines_that_see_another_folder_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "ray", fake := FakeRay())
    real = fake.get

    def get(ref: Any) -> Any:
        if hasattr(ref.value, "store"):
            object.__setattr__(ref.value.store, "root", tmp_path / "elsewhere")
        return real(ref)

    fake.get = get  # type: ignore[method-assign]
    with pytest.raises(UserError, match=r"on .*: a cluster's machines must all see"):
        run(napping.recipe(tmp_path), tmp_path / "out")
