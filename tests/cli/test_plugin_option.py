"""Every verb takes a user's own things, and has them before it looks at what was asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from test_cli import refused
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app
from tombola.cli.terminal.screen import table


def verbs(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every verb with its full name."""
    for part, below in getattr(command, "commands", {}).items():
        yield from verbs(below, f"{name} {part}".strip())
    if not hasattr(command, "commands"):
        yield name, command


def test_every_verb_takes_plugins() -> None:
    find_verbs()
    found = dict(verbs(typer.main.get_command(app), ""))
    assert len(found) > 15
    without = {
        n for n, c in found.items() if "--plugin" not in {o for p in c.params for o in p.opts}
    }
    assert without == {"recipes show"}  # which prints a text


def test_a_plugin_is_loaded_before_names_are_looked_up(tmp_path: Path) -> None:
    plugin, loaded = tmp_path / "own.py", tmp_path / "loaded"
    plugin.write_text(f"from pathlib import Path\nPath({str(loaded)!r}).touch()\n")
    said = refused("probe", tmp_path, "--task", "nonsense", "--plugin", plugin)
    assert loaded.exists()
    assert "own.py" not in said
    assert "none.py: no such plug-in" in refused("probe", "x", "--plugin", tmp_path / "none.py")


def test_a_table_too_wide_says_once_what_is_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = ("task", "layer", "metric", "score")
    rows = [("a-task-of-some-length", str(i), "accuracy", f"0.{i}") for i in range(3)]
    monkeypatch.setenv("COLUMNS", "30")
    table(heads, rows, right=(1, 3))
    assert capsys.readouterr().out.splitlines() == [
        "task: a-task-of-some-length; metric: accuracy",
        "layer  score",
        "    0    0.0",
        "    1    0.1",
        "    2    0.2",
    ]
    monkeypatch.setenv("COLUMNS", "80")
    table(heads, rows, right=(1, 3))
    assert "metric    score" in capsys.readouterr().out.splitlines()[0]
