"""What answers at once imports nothing heavy, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "transformers", "pandas", "altair", "pyarrow", "scipy", "sklearn", "datasets"}

DRIVER = """
import json, sys
from tombola.cli import main
sys.argv = ["tombola", *sys.argv[1:]]
try:
    main()
except SystemExit as stopped:
    code = stopped.code
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def imported(*arguments: str, ends: int = 0) -> tuple[str, set[str]]:
    """What a verb says, and the packages that it imports."""
    command = [sys.executable, "-c", DRIVER, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *said, last = done.stdout.splitlines()
    code, packages = json.loads(last)
    assert code == ends
    return "\n".join([*said, done.stderr]), set(packages)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help(arguments: tuple[str, ...]) -> None:
    said, packages = imported(*arguments)
    assert said.startswith("Usage: tombola")
    assert not packages & {*HEAVY, "pydantic"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--version",), "tombola "),
        (("run", "-h"), "first-look"),  # the names of what is shipped
        (("data", "-h"), "count"),
        (("data",), "syn-arc-class"),
        (("recipes",), "A first look"),
        (("recipes", "--json"), '"first-look"'),
        (("recipes", "show", "first-look"), "title: "),
    ],
)
def test_what_looks_at_files_alone(arguments: tuple[str, ...], words: str) -> None:
    said, packages = imported(*arguments)
    assert words in said
    assert not packages & HEAVY  # typer itself reads arguments by pydantic


def test_text_is_read_without_what_models_need(tmp_path: Path) -> None:
    (tmp_path / "a.conllu").write_text("1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_\n")
    said, packages = imported("data", "count", "pos", str(tmp_path / "a.conllu"))
    assert "a.conllu" in said
    assert not packages & HEAVY


def test_status(tmp_path: Path) -> None:
    said, packages = imported("status", str(tmp_path), ends=2)
    assert "no study here" in said
    assert not packages & HEAVY


def test_a_hub_id_that_cannot_be_had_is_refused_before_anything_is_loaded() -> None:
    said, packages = imported("inspect", "no-one/nothing", ends=2)
    assert "no-one/nothing: no file or folder here, and the hub cannot be reached" in said
    assert len(said.strip().splitlines()) == 1
    assert not packages & HEAVY
