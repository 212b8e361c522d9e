"""A study so small that a test runs it in seconds, on a text file of its own."""

import copy
from pathlib import Path
from typing import Any

import yaml

from tombola.settings import validate
from tombola.study import Recipe, parse_recipe, run_study

SUBJECTS = ("the dog", "a cat", "no bird", "some child", "her friend", "our teacher")
VERBS = ("sees", "hears", "likes", "finds", "follows")
SEED_STAGES = 1 + 2 * 2 * 2 * 2 + 2 * 2 * 2
"""Stages of one seed: dense, tickets and their similarities, differences to dense."""


def cola_folder(folder: Path) -> Path:
    """Sixty sentences in the form of CoLA; the wrong ones repeat the verb."""
    rows = []
    for i in range(60):
        subject, verb, other = SUBJECTS[i % 6], VERBS[i % 5], SUBJECTS[(i + 1 + i // 6) % 6]
        good = i % 3 != 0
        text = f"{subject} {verb} {other}" if good else f"{subject} {verb} {verb} {other}"
        rows.append(f"made\t{int(good)}\t{'' if good else '*'}\t{text} .")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.tsv").write_text("\n".join(rows[:40]) + "\n")
    (folder / "dev.tsv").write_text("\n".join(rows[40:]) + "\n")
    return folder


def raw(folder: Path) -> dict[str, Any]:
    """The small study as a mapping."""
    return {
        "name": "small",
        "title": "A small study",
        "seeds": [1],
        "tasks": {"toy": {"name": "CoLA", "folder": str(folder)}},
        "models": {
            "bert": {
                "new": {
                    "model_type": "bert",
                    "hidden_size": 16,
                    "num_hidden_layers": 1,
                    "num_attention_heads": 2,
                    "intermediate_size": 32,
                    "max_position_embeddings": 32,
                }
            }
        },
        "steps": {
            "dense": {
                "do": "train",
                "model": "bert",
                "task": "toy",
                "training": {"steps": 6, "batch_size": 8, "learning_rate": 0.01},
            },
            "tickets": {
                "do": "rounds",
                "of": "dense",
                "criterion": ["magnitude", "random"],
                "pruning": {"amount": 0.4},
                "rewind": [{"weights": "start"}, {"learning-rate": 0.5}],
                "rounds": 2,
            },
            "layers": {"do": "similarity", "of": "tickets", "to": "dense"},
            "held": {"do": "differences", "of": "tickets", "to": "dense", "margin": 0.05},
        },
    }


def recipe(folder: Path, *changes: str) -> Recipe:
    """The small study with `key=value` changes."""
    return of(raw(cola_folder(folder)), *changes)


def of(value: dict[str, Any], *changes: str) -> Recipe:
    """A mapping as a recipe, with `key=value` changes."""
    if not changes:  # YAML and back takes longer than a plan
        return validate(Recipe, copy.deepcopy(value), "small: ")
    return parse_recipe(yaml.safe_dump(value, sort_keys=False), "small", changes)


def ran(value: dict[str, Any], out: Path) -> Path:
    """A mapping as a recipe, done in one process without a failure: the study's folder."""
    outcome = run_study(of(value), out, engine="serial")
    assert outcome.failures == ()
    return out


def bytes_of(out: Path) -> dict[str, bytes]:
    """The tables of a study, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}
