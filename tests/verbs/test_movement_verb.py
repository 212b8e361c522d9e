"""`tombola movement` on two checkpoints, for people and for programs."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import tombola
import tombola.cli.movement
import toys
from tombola import dissect
from tombola.anatomy import anatomy
from tombola.cli.terminal.app import app
from tombola.errors import UserError


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A body, the same one moved a little, and one of another width of its MLPs."""
    folder = tmp_path_factory.mktemp("models")
    found = [toys.bert(), toys.bert()]
    with torch.no_grad():
        for parameter in found[1].parameters():
            noise = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(3))
            parameter += 0.002 * noise
    for i, model in enumerate(found):
        model.save_pretrained(folder / str(i))
    toys.bert(words=21, layers=2).save_pretrained(folder / "2")
    return [folder / str(i) for i in range(3)]


def test_as_python_as_text_and_as_json(models: list[Path]) -> None:
    found = tombola.movement(models[0], models[1])
    live = [tombola.load(path).model for path in models[:2]]
    chosen = [p for p in anatomy(live[0]).in_sets(("matrices", "pooler")) if len(p.shape) > 1]
    plain = dissect.pooled(dissect.movements(*live, chosen))
    assert (found.together.mean, found.together.n) == (plain.mean, plain.n)
    assert 0 < found.together.mean < 0.2
    named = ["movement", *map(str, models[:2])]
    shown = CliRunner().invoke(app, named, env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "all together" in shown.output
    assert "33.3% ± 23.6%" in shown.output
    said = json.loads(CliRunner().invoke(app, [*named, "--json"]).stdout)
    assert said["mean"] == plain.mean
    assert sum(said["shares"]) == pytest.approx(1)
    assert len(said["matrices"]) == 7


def test_what_does_not_pair_is_one_line(models: list[Path]) -> None:
    with pytest.raises(UserError, match="the second has no parameter"):
        tombola.movement(models[2], models[0])
    with pytest.raises(UserError, match="unknown parameter set 'words'"):
        tombola.movement(models[0], models[1], sets=("words",))
