"""Studies of stages that wait, and what their notes say; the step is a plug-in beside this file."""

from pathlib import Path
from typing import Any

import small

PLUGIN = (Path(__file__).with_name("napping_step.py"),)


def recipe(folder: Path, *changes: str) -> Any:
    """Two naps, and one after each; `folder` has the notes."""
    text = small.cola_folder(folder / "text")
    value = small.raw(text)
    nap = {"do": "nap", "task": "toy", "notes": str(folder)}
    value["steps"] = {"first": {**nap, "turn": [1, 2]}, "then": {**nap, "of": "first"}}
    return small.of(value, *changes)


def notes_of(folder: Path, what: str) -> list[str]:
    """Names of the stages that began, or ended, in that order."""
    lines = (folder / "notes").read_text().splitlines() if (folder / "notes").exists() else []
    return [line.split()[1] for line in lines if line.startswith(what)]
