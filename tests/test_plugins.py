"""A user's own files: run once, known by their content, and refused in one line."""

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tombola import report, study
from tombola.cli import main
from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.registry import Registry

THINGS: Registry[str] = Registry("thing")

CODE = """
from dataclasses import dataclass
from test_plugins import THINGS

@dataclass
class Own:
    name: str = "NAME"

THINGS.add(Own())
"""


def plugin(folder: Path, name: str, code: str = CODE) -> Path:
    path = folder / f"{name}.py"
    path.write_text(code.replace("NAME", name))
    return path


def test_what_a_plugin_enters_is_known_by_the_plugin_s_content(tmp_path: Path) -> None:
    path = plugin(tmp_path, "one")
    load_plugins([path])
    load_plugins([str(path)])  # where a second time would raise
    THINGS.register("ours")("ours")
    assert THINGS.digest("one")
    assert THINGS.digest("ours") == ""
    load_plugins([plugin(tmp_path, "other")])
    assert THINGS.digest("other") != THINGS.digest("one")


@pytest.mark.parametrize(
    ("code", "words"),
    [("x = = 2\n", "SyntaxError"), ("import no_such_module\n", "ModuleNotFoundError")],
)
def test_a_plugin_that_fails_is_named(tmp_path: Path, code: str, words: str) -> None:
    path = plugin(tmp_path, "broken", code)
    with pytest.raises(UserError, match=words) as problem:
        load_plugins([path])
    assert str(problem.value).startswith(str(path))
    path.write_text("")
    load_plugins([path])  # mended, it runs


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a verb: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tombola", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


def test_verbs_load_plugins_first(
    tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "report", lambda out: out / "report.html")
    paths = [plugin(tmp_path, name) for name in ("two", "three")]
    options = [part for path in paths for part in ("--plugin", path)]
    code, said, _ = call("report", tmp_path, *options)
    assert (code, said) == (0, f"{tmp_path / 'report.html'}\n")
    assert {"two", "three"} <= set(THINGS)
    for verb in ("report", "status", "run"):
        code, _, said = call(verb, tmp_path, "--plugin", tmp_path / "none.py")
        assert code == 2
        assert "none.py: no such plug-in" in said
        assert said.count("\n") == 1


class Planned:
    def lines(self) -> list[str]:
        return ["two steps", "[bold]80[/bold] stages"]

    def to_dict(self) -> dict[str, Any]:
        return {"stages": 80, "seconds": float("nan")}


def test_a_dry_run_says_what_would_be_done(
    tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def preview(recipe: Any, out: Path, plugins: tuple[Path, ...]) -> Planned:
        asked.append((recipe.name, out, plugins))
        return Planned()

    monkeypatch.setattr(study, "preview", preview, raising=False)
    own = plugin(tmp_path, "four")
    arguments = ("run", "first-look", "--dry-run", "--plugin", own)
    assert call(*arguments) == (0, "two steps\n[bold]80[/bold] stages\n", "")
    assert '"seconds": null' in call(*arguments, "--out", tmp_path / "x", "--json")[1]
    assert asked[0] == ("first-look", Path("runs/first-look"), (own,))
    assert asked[1][1] == tmp_path / "x"
    assert not (tmp_path / "x").exists()


def test_threads_that_look_first_at_the_same_time_all_find_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "slow_things"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("one", "two", "three"):
        (package / f"{name}.py").write_text(
            f"import time\nfrom slow_registry import THINGS\ntime.sleep(0.02)\n"
            f"len(THINGS)\nTHINGS.register({name!r})({name!r})\n"
        )
    (tmp_path / "slow_registry.py").write_text(
        "from tombola.registry import Registry\nTHINGS = Registry('thing', 'slow_things')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    things = importlib.import_module("slow_registry").THINGS
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: list(things), range(3)))
    assert found == [["one", "three", "two"]] * 3
