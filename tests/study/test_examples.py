"""What a user adds: one file each, on the command line, in worker processes, after a resume."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small
import torch
import yaml

import toys
from tombola import tables
from tombola.errors import UserError
from tombola.plugins import load_plugins
from tombola.study import KINDS
from tombola.tickets import CRITERIA, Evidence

EXAMPLES = Path(__file__).parents[2] / "examples" / "plugins"


def test_a_criterion_that_needs_gradients_scores_as_its_formula_says():
    load_plugins([EXAMPLES / "gradient_criterion.py"])
    model = toys.bert()
    generator = torch.Generator().manual_seed(0)
    batches = [
        {
            "input_ids": torch.randint(5, 20, (4, 6), generator=generator),
            "attention_mask": torch.ones(4, 6, dtype=torch.long),
            "labels": torch.randint(0, 2, (4,), generator=generator),
        }
        for _ in range(3)
    ]

    def loss(model, batch):
        return model(**batch).loss

    weights = {n: p for n, p in model.named_parameters() if n.endswith("query.weight")}
    criterion = CRITERIA["taylor"]
    evidence = Evidence(weights, 0, model, lambda: batches, loss)
    scores = criterion.score(evidence, criterion.settings())
    model.eval()
    sum(loss(model, batch) for batch in batches).backward()
    for name, weight in weights.items():
        expected = (weight.detach() * weight.grad).abs()
        torch.testing.assert_close(scores[name], expected, rtol=1e-4, atol=1e-9)
    with pytest.raises(UserError, match="needs gradients"):
        criterion.score(Evidence(weights, 0), criterion.settings())


def test_a_plug_in_is_loaded_once_and_marked_with_its_content(tmp_path: Path):
    load_plugins([EXAMPLES / "norms_step.py"])
    load_plugins([EXAMPLES / "norms_step.py"])
    assert len(KINDS.digest("norms")) == 12
    assert KINDS.digest("train") == ""
    with pytest.raises(UserError, match="no such plug-in"):
        load_plugins([tmp_path / "no.py"])
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0")
    with pytest.raises(UserError, match="ZeroDivisionError") as caught:
        load_plugins([broken])
    assert "\n" not in str(caught.value)


def recipe(folder: Path) -> Path:
    """A recipe that needs every example, as a file."""
    raw = small.raw(small.cola_folder(folder / "text"))
    raw["tasks"]["toy"] = {"name": "acceptability-by-margin", "train": 40, "dev": 20}
    raw["steps"]["tickets"] |= {
        "criterion": [{"name": "taylor", "examples": 16}, "random"],
        "rewind": {"weights": "start"},
    }
    raw["steps"]["layers"]["measures"] = ["debiased"]
    raw["steps"]["sizes"] = {"do": "norms", "of": ["dense", "tickets"]}
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False))
    return path


@pytest.mark.long
def test_a_step_a_criterion_and_a_kind_of_task_of_a_users_own_run_and_resume(tmp_path: Path):
    path, out = recipe(tmp_path), tmp_path / "out"
    shutil.copytree(EXAMPLES, tmp_path / "plugins")
    names = ("gradient_criterion.py", "norms_step.py", "hinge_task.py")
    files = [str(tmp_path / "plugins" / name) for name in names]
    options = [option for file in files for option in ("--plugin", file)]
    command = [sys.executable, "-m", "tombola.cli", "run", str(path), "--out", str(out), *options]
    ran = subprocess.run([*command, "--workers", "2"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    norms = tables.read(out / "tables", "norms")
    assert set(norms["model"]) == set(tables.read(out / "tables", "models")["model"])
    scored = tables.read(out / "tables", "models")
    assert set(scored["criterion"]) == {"", "taylor examples=16", "random"}
    assert "How large the surviving weights are" in (out / "report.html").read_text()
    assert list((out / "figures").glob("norms-*.pdf"))

    stages = {path.name for path in (out / "stages").iterdir()}
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["done"] == len(stages)
    # another content, another hash: what it computed is refused, not taken for the same
    (tmp_path / "plugins" / "norms_step.py").write_text(
        (tmp_path / "plugins" / "norms_step.py").read_text() + "\n# changed\n"
    )
    other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert other.returncode == 2
    assert "code was" in other.stderr
    missing = subprocess.run(command[:-2], capture_output=True, text=True, check=False)
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr


def test_entry_points_are_plug_ins_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "their_package.py").write_text(
        "from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Lazy, NoSettings\n"
        "class Reverse(Criterion[NoSettings]):\n"
        "    name, version, about, settings = 'reverse', 1, 'the largest go', NoSettings\n"
        "    def score(self, evidence, settings):\n"
        "        return Lazy(evidence.weights, lambda _, weight: -weight.abs())\n"
        "CRITERIA.add(Reverse())\n"
    )
    info = tmp_path / "their_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tombola.plugins]\nreverse = their_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"] = {"dense": raw["steps"]["dense"], "tickets": raw["steps"]["tickets"]}
    raw["steps"]["tickets"] |= {"criterion": "reverse", "rewind": None, "rounds": 1}
    small.ran(raw, tmp_path / "out")
    assert len(CRITERIA.digest("reverse")) == 12
