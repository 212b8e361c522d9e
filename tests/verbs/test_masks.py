"""What several masks share, for people and for programs."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import tombola.cli.masks  # noqa: F401, for it enters the command
from tombola import masks
from tombola.cli.terminal.app import app
from tombola.verbs import compare_masks


@pytest.fixture
def files(tmp_path: Path) -> list[str | Path]:
    """Four masks of 300 weights; a third survives in all of them."""
    found: list[str | Path] = []
    generator = torch.Generator().manual_seed(1)
    for i in range(4):
        kept = torch.rand(300, generator=generator) < 0.4
        kept[:100] = True
        path = tmp_path / f"mask-{i}.safetensors"
        masks.save(masks.Mask({"w": kept}), path)
        found.append(path)
    return found


def test_three_masks_are_also_looked_at_together(files: list[str | Path]) -> None:
    assert compare_masks(files[:2]).together is None
    found = compare_masks(files)
    assert len(found.pairs) == 6
    together = found.together
    assert together is not None
    assert together.n == 300
    assert together.in_all >= 100 > together.expected_in_all
    by = {each.statistic.name: each for each in together.agreement}
    kappa = by["fleiss-kappa"]
    assert kappa.null_low <= kappa.null_mean <= kappa.null_high < kappa.low <= kappa.value
    assert by["kept-by-all"].value == together.in_all
    assert by["kept-by-all"].null_low <= together.expected_in_all <= by["kept-by-all"].null_high
    assert 0 <= by["cochran-q"].p <= 1
    assert str(compare_masks(files)) == str(found)


def test_as_text_and_as_json(files: list[str | Path]) -> None:
    named = [str(path) for path in files]
    shown = CliRunner().invoke(app, ["masks", *named], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    for words in (
        "Fleiss' kappa",
        "Krippendorff's alpha",
        "survive in all 4 masks",
        "nothing else",
    ):
        assert words in shown.output
    asked = CliRunner().invoke(app, ["masks", *named, "--json"])
    together = json.loads(asked.stdout)["together"]
    assert together["survivors"] == [
        int(masks.load(Path(path)).n - masks.load(Path(path)).n_pruned) for path in named
    ]
    assert {each["statistic"] for each in together["agreement"]} == {
        "fleiss-kappa", "krippendorff-alpha", "cochran-q", "kept-by-all",
    }  # fmt: skip
    assert all("tests" in each for each in together["agreement"])
