"""Pruning in pre-training, and tickets of what is pre-trained, at toy size from recipe to page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tombola import tables

pytestmark = pytest.mark.long

FEW = "[acceptability]"
TEXTS = (
    "tasks.text.train=300", "tasks.text.dev=40", "tasks.acceptability.train=200",
    "tasks.acceptability.dev=60", "tasks.sentiment.train=100", "tasks.paraphrase.train=100",
)  # fmt: skip
GORDON = (
    *TEXTS, *(f"{grid}-grid.task={FEW}" for grid in ("dense", "kept", "released", "random")),
    *(f"{grid}-grid.training.epochs=1" for grid in ("dense", "kept", "released", "random")),
    f"masks.task={FEW}", "burned-in.training.steps=10", "unpruned.training.steps=6",
    "pruned.training.steps=6", "random.training.steps=6", "pruned.sparsify.end=4",
    "pruned.sparsify.amount=[0.3,0.5,0.7]", "lots.amount=[0.3,0.5,0.7]",
    "after.sparsify.amount=[0.3,0.5,0.7]", "masks.amount=[0.3,0.7]",
)  # fmt: skip
CHEN = (
    *TEXTS, "seeds=[1]", "pre-trained.training.steps=10", "dense.task=[text,acceptability]",
    "dense.training.epochs=0.5", "tickets.rounds=2", "later.rounds=2",
    f"direct.task={FEW}", "direct-trained.training.epochs=0.5",
    "transferred.task=[text,acceptability]", "transferred.training.epochs=0.5",
    "transferred.mask={of: tickets, round: 2, criterion: magnitude, rename: {task: source_task}}",
    "controls.of={of: tickets, round: 2, criterion: magnitude}",
    "control-trained.training.epochs=0.5",
    "to-controls.of={of: tickets, round: 2, criterion: magnitude}",
    "shared.of={of: tickets, criterion: magnitude, round: 2}",
)  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "kinds"), [
    ("gordon-2020-laptop", GORDON, {
        "choices", "differences", "head-bands", "head-shares", "magnitude-maps", "movement",
        "movement-ranks", "overlap", "pruned-magnitude", "word-magnitudes", "worth",
        "worth-points",
    }),
    ("chen-2020-laptop", CHEN, {"differences", "matching", "overlap", "scores"}),
])  # fmt: skip
def test_every_step_runs_and_every_claim_has_its_say(
    tmp_path: Path, name: str, changes: tuple[str, ...], kinds: set[str]
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tombola.cli", "run", name, "--out", str(out)]
    command += [part for change in changes for part in ("--set", change)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    study = json.loads((out / "study.json").read_text())
    assert study["failures"] == []
    assert kinds <= set(tables.names(out / "tables"))
    page = (out / "report.html").read_text()
    for claim in study["claims"]:
        assert claim in page
