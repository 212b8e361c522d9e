"""Stages of a study by what people call them."""

import json
from pathlib import Path

import pytest
import torch

import toys
from tombola.errors import UserError
from tombola.masks import Mask
from tombola.study.stage import Stage
from tombola.verbs import compare_masks, inspect
from tombola.verbs.stages import fits, masks_of, model_of


def stage(step: str, **at: object) -> Stage:
    return Stage(step, "rounds", at, {"at": str(at)}).named()  # type: ignore[arg-type]  # any scalar


STAGES = [
    stage("tickets", task="cola", seed=s, criterion=c, rewind="weights 0", round=r)
    for s in (1, 2) for c in ("magnitude", "random") for r in (1, 2, 10)
]  # fmt: skip
DENSE = stage("dense", task="cola", seed=1)


def found(wanted: str) -> set[tuple[object, ...]]:
    return {tuple(s.at[a] for a in ("seed", "criterion", "round")) for s in STAGES
            if fits(s, wanted)}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        ("", 12),
        ("tickets", 12),
        ("cola/1/2", 2),  # task, seed, round: of both criteria
        ("cola/1", 6),  # seed 1, and not round 1 of seed 2
        ("tickets/cola/2/mag/10", 1),
        ("1/magnitude/weights 0/1", 1),
        ("round=2", 4),
        ("r2", 4),
        ("seed 1/*/round 10", 2),
        ("CoLA/1/rand*/2", 1),
        ("cola/*/1", 4),
        ("tickets-cola-s1", 6),
        ("*magnitude*", 6),
        ("tickets cola, seed 1, random, weights 0, round 10", 1),
        ("cola/3", 0),
        ("dense", 0),
        ("2/cola", 0),  # in their order
    ],
)
def test_a_stage_is_called_by_parts_of_its_title(wanted: str, n: int) -> None:
    assert len(found(wanted)) == n


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study's folder as far as masks go: three rounds of two seeds are done."""
    every = [DENSE, *STAGES]
    plan = {"recipe": "r", "stages": [each.to_dict() for each in every]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    for i, each in enumerate(STAGES[:8]):
        mask = Mask({"w": torch.arange(12).reshape(3, 4) % (i + 2) > 0})
        mask.save(tmp_path / "stages" / each.name / "model" / "mask.safetensors")
    return tmp_path


def test_masks_are_taken_from_a_study(study: Path) -> None:
    two = compare_masks(f"{study}:cola/1/1")
    assert [two.pairs[0].a, two.pairs[0].b] == [STAGES[0].title, STAGES[3].title]
    assert len(compare_masks(study).pairs) == 8 * 7 / 2
    assert len(compare_masks(f"{study}:cola/1/mag/1", f"{study}:cola/1/mag/10").pairs) == 1
    (own,) = (study / "stages").glob(f"{STAGES[0].name}")
    assert masks_of(own) == [(own.name, own / "model" / "mask.safetensors")]


def test_where_nothing_fits_it_says_what_there_is(study: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no stage fits 'mnli'; there are: tickets cola, seed 1, "):
        compare_masks(f"{study}:mnli")
    with pytest.raises(UserError, match="dense cola, seed 1: pruned nothing, is not done or not"):
        compare_masks(f"{study}:dense")
    with pytest.raises(UserError, match=r"give two masks or more.* DIR:task/seed/round"):
        compare_masks(f"{study}:cola/1/mag/1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no study here"):
        compare_masks(f"{tmp_path / 'empty'}:cola", study)
    with pytest.raises(UserError, match="no readable mask"):
        compare_masks("nowhere:cola", study)


def test_a_model_is_taken_from_a_study(study: Path) -> None:
    for each in STAGES[:3]:
        toys.bert(layers=1).save_pretrained(study / "stages" / each.name / "model")
    assert (
        inspect(f"{study}:cola/1/mag/10").to_dict()
        == inspect(study / "stages" / STAGES[2].name / "model").to_dict()
    )
    assert model_of("nowhere:cola") == "nowhere:cola"
    assert model_of(study / "plan.json") == study / "plan.json"


def test_one_model_alone_is_meant(study: Path) -> None:
    with pytest.raises(UserError, match=r"a study; name one of its models as .*:step/…; there are"):
        inspect(study)
    with pytest.raises(UserError, match="6 models fit; say more of one: tickets cola, seed 1"):
        inspect(f"{study}:cola/1")
    with pytest.raises(UserError, match=r"no stage with a model fits 'dense'; there are: tickets"):
        inspect(f"{study}:dense")
