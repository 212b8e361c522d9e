"""The study of sparse translation models at toy size, from the recipe to the claims on the page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tombola import tables

pytestmark = pytest.mark.long

SMALL = (
    "seeds=[1]", "tasks.translation.train=60", "tasks.translation.dev=12",
    "tasks.translation.search={beams: 2, length_penalty: 0.6}", "dense.training.steps=6",
    "translator.new.d_model=16", "tickets.rounds=2", "rewound.rounds=1", "restarted.rounds=1",
    "tickets.pruning.amount=0.54", # two rounds to 79%
    "know.of={of: tickets, criterion: magnitude, round: [1, 2]}",
    "know-dense.probe=[pos, ps-role]", "know.probe=[pos, ps-role]", "know.training.epochs=2",
    "know-dense.training.epochs=2", "know.training.replicates=1",
    "know-dense.training.replicates=1",
)  # fmt: skip


def test_every_step_runs_and_every_claim_has_its_say(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tombola.cli", "run", "movva-zhao-2020-laptop"]
    command += ["--out", str(out), "--engine", "serial"]
    command += [part for change in SMALL for part in ("--set", change)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    study = json.loads((out / "study.json").read_text())
    assert study["failures"] == []
    found = set(tables.names(out / "tables"))
    assert {"differences", "models", "scores", "sizes", "slices", "sparsity", "survival"} <= found
    assert {"attention-peaks", "complexity", "probes", "similarity", "word-similarity"} <= found
    metrics = tables.read(out / "tables", "scores")["metric"]
    assert set(metrics) == {"bleu", "chrf"}
    assert (out / "tables" / "sizes.tex").exists()
    page = (out / "report.html").read_text()
    for claim in study["claims"]:
        assert claim in page
