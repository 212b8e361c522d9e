"""A verb is found by its files alone."""

from pathlib import Path

import tombola
from tombola import cli
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app

FUNCTIONS = {
    "masks": "compare_masks",
    "patterns": "attention_patterns",
    "report": "build_report",
}
"""Verbs whose functions have longer names: alone in Python, theirs would say too little."""


def test_each_file_is_a_verb_and_each_verb_is_a_function() -> None:
    folder = Path(cli.__file__).parent
    files = {path.stem for path in folder.iterdir() if not path.name.startswith("__")}
    find_verbs()
    verbs = files - {"command", "terminal"}
    commands = {each.callback.__name__ for each in app.registered_commands if each.callback}
    groups = {each.name for each in app.registered_groups}
    assert commands | groups == verbs
    for verb in verbs:
        assert callable(getattr(tombola, FUNCTIONS.get(verb, verb)))
