"""Help reads well in 80 columns, for every verb."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pytest
import typer

from tombola import verbs
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import PANEL


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))


find_verbs()
PROGRAM: Any = typer.main.get_command(app)
EVERY = list(commands(PROGRAM))


def said(*path: str) -> str:
    """What `tombola … -h` prints."""
    command, context = PROGRAM, None
    for name in ("tombola", *path):
        command = command if context is None else command.commands[name]
        more = dict(command.context_settings)
        context = command.context_class(command, info_name=name, parent=context, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        return str(context.get_help())


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_verb_says_what_it_takes(path: tuple[str, ...]) -> None:
    text = said(*path)
    assert text.startswith(" ".join(["Usage: tombola", *path]))
    assert max(map(len, text.splitlines())) <= 80
    for type_name in ("<str>", "<int", "<float", "<path>", "TEXT", "INTEGER", "PATH", "…  …"):
        assert type_name not in text, type_name


def test_paragraphs_examples_and_groups_stand_apart() -> None:
    run = said("run")
    for recipe in verbs.recipe_names():
        assert recipe in run.split()
    assert "\n\n  Examples:\n\n  tombola run first-look" in run
    assert run.count("\n\n") >= 6
    sweep = said("sweep")
    first, own = sweep.index(f"{PANEL}:"), sweep.index("\nOptions:")
    assert first < sweep.index("--label") < own < sweep.index("--max-loss")
    assert "--out DIR" in sweep
    assert "Commands:" in said()
    assert "..." not in said().partition("Commands:")[2]  # sentences are whole


def test_names_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(*words: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", " ".join(["tombola", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        monkeypatch.setenv("_TOMBOLA_COMPLETE", "complete_bash")
        shown = io.StringIO()
        with redirect_stdout(shown), pytest.raises(SystemExit):
            app([], prog_name="tombola", standalone_mode=False)
        return shown.getvalue().split()

    assert completed("sta") == ["status"]
    assert completed("run", "first") == ["first-look"]
