"""The whole lottery study at toy size, from the command line to the claims on the page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tombola import tables

pytestmark = pytest.mark.long

SMALL = (
    "dense.task=[acceptability]", "baselines.task=[acceptability]",
    "tasks.words.train=200", "tasks.words.dev=40", "tasks.acceptability.train=300",
    "tasks.acceptability.dev=60", "tasks.sentiment.train=40", "tasks.paraphrase.train=40",
    "pre-trained.training.steps=10", "dense.training.steps=40", "retrained.training.steps=10",
    "super-retrained.training.steps=10", "retrained-weights.training.steps=10",
    "bad-for-longer.training.steps=20", "random-on-random.training.steps=10",
    "good.share=0.6", "good-weights.share=0.6", "good-weights.pruning.amount=0.3",
    "head-patterns.classifier.maps=50", "head-patterns.classifier.steps=5",
    "head-patterns.classifier.held_out=50", "head-patterns.examples=8",
    "tasks.acceptability.metric=accuracy",
)  # fmt: skip


def test_every_step_runs_and_every_claim_has_its_say(tmp_path: Path) -> None:
    out = tmp_path / "out"
    # one task has no other to be held to
    raw = subprocess.run(
        [sys.executable, "-m", "tombola.cli", "recipes", "show", "prasanna-2020-laptop"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [line for line in raw.splitlines() if "across: task" not in line]
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("\n".join(lines))
    command = [sys.executable, "-m", "tombola.cli", "run", str(recipe), "--out", str(out)]
    command += [part for change in SMALL for part in ("--set", change)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "study.json").read_text())["failures"] == []
    found = set(tables.names(out / "tables"))
    assert {
        "attention-patterns", "baselines", "differences", "held-scores", "models",
        "pattern-classifier", "pruned-parts", "prunings", "scores", "stability", "survival",
    } <= found  # fmt: skip
    page = (out / "report.html").read_text()
    for claim in json.loads((out / "study.json").read_text())["claims"]:
        assert claim in page
