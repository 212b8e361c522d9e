"""In memory as on disk: verbs take models, tickets, Trainers, functions; guesses work."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import tombola
import toys
from tombola import tasks, tickets
from tombola.tasks.metrics.of_function import OfFunction
from tombola.verbs.functions import code_of, named


@pytest.fixture
def model() -> torch.nn.Module:
    return toys.bert(layers=2)


def trainer(model: torch.nn.Module) -> Any:
    """What verbs see of a `transformers.Trainer`."""
    return SimpleNamespace(model=model, processing_class=None, train_dataset=None)


def test_weights_alone_are_looked_at_whatever_holds_them(model: torch.nn.Module) -> None:
    ticket = tickets.Ticket(model, None)
    sizes = {tombola.inspect(one).total.n for one in (model, ticket, trainer(model))}
    assert len(sizes) == 1
    moved = tombola.movement(ticket, toys.bert(seed=1, layers=2), sets="matrices")
    assert repr(moved).startswith("MovementBetween(weights move 0.3")
    fast = {"batch_sizes": (1,), "lengths": (4,), "repeats": 6, "warmup": 0}
    found = tombola.measure(ticket, **fast)
    assert len(repr(found)) < 140
    assert len(str(found)) < 2000
    with pytest.raises(tombola.UserError, match="a Trainer or a model was expected, not int"):
        tombola.movement(3, model)  # type: ignore[arg-type]


def test_rooms_that_are_called_like_verbs_can_be_called(tmp_path: Path) -> None:
    assert tombola.patterns is tombola.attention_patterns
    with pytest.raises(tombola.UserError, match="no such folder"):
        tombola.report(tmp_path / "nothing")  # type: ignore[operator]
    with pytest.raises(tombola.UserError, match="two masks or more"):
        tombola.masks([])  # type: ignore[operator]


def test_settings_of_a_recipe_are_keywords_of_run(tmp_path: Path) -> None:
    made = {"name": "builtin-acceptability", "train": 20, "dev": 20}
    new = {"model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1,
           "num_attention_heads": 2, "intermediate_size": 32}  # fmt: skip
    training = {"steps": 1}
    recipe = {
        "name": "small", "title": "Small", "seeds": [1],
        "tasks": {"toy": made}, "models": {"bert": {"new": new}},
        "steps": {"dense": {"do": "train", "model": "bert", "task": "toy", "training": training}},
    }  # fmt: skip
    few = tombola.run(recipe, tmp_path / "out", dry_run=True, seeds=[3, 4, 5])
    one = tombola.run(recipe, tmp_path / "out", dry_run=True, changes={"toy.dev": 10})
    assert (few.stages, one.stages) == (3, 1)
    assert few.steps[0].axes["seed"] == [3, 4, 5]
    assert repr(few).startswith("Preview(dense: train; 3 stages")
    with pytest.raises(tombola.UserError, match="no key 'speed'"):
        tombola.run(recipe, tmp_path / "out", dry_run=True, speed=3)


def test_a_function_scores_weights_as_a_criterion_of_its_name_does(model: torch.nn.Module) -> None:
    evidence = tickets.Evidence({"w": torch.tensor([1.0, -3.0, 2.0])}, seed=0)

    def both(name: str, weight: torch.Tensor) -> torch.Tensor:
        assert name == "w"
        return weight.abs()

    for given in (torch.abs, both, lambda w: (w * w).long()):
        with named(given) as (name, _):
            choice = tickets.Choice(name=name)
            assert choice.facts()["code"] == code_of(given)
            scores = choice.criterion.score(evidence, choice.chosen())["w"]
            assert scores.argsort().tolist() == [0, 2, 1]
        assert name not in tickets.CRITERIA
    assert code_of(both) != code_of(torch.abs)

    def whole(evidence: tickets.Evidence) -> dict[str, torch.Tensor]:
        return {name: -weight for name, weight in evidence.weights.items()}

    with named(whole) as (name, _):
        assert tickets.CRITERIA[name].needs == "gradients"
        found = tickets.CRITERIA[name].score(evidence, tickets.Choice(name=name).chosen())
        assert found["w"].tolist() == [-1, 3, -2]
    with (
        named(lambda w: w[:1]) as (name, _),
        pytest.raises(tombola.UserError, match=r"entry of w, \(3,\), was expected, not \(1,\)"),
    ):
        tickets.CRITERIA[name].score(evidence, tickets.Choice(name=name).chosen())["w"]


def test_a_function_of_one_answer_is_a_metric_with_its_interval() -> None:
    def near(said: float, right: float) -> float:
        return -abs(said - right)

    metric = OfFunction(near)
    said, right = np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.5, 3.0])
    found = metric(said, right)
    assert (found.metric, found.n, found.value) == ("near", 3, pytest.approx(-2.5 / 3))
    assert found.low < found.value < found.high
    better = metric.difference([metric.counts(right, right)], [metric.counts(said, right)])
    assert better.value == pytest.approx(2.5 / 3)
    with pytest.raises(tombola.UserError, match="metric text: a number for one answer"):
        OfFunction(text).counts(said, right)
    assert "accuracy" in tasks.METRICS


def text(said: float, right: float) -> Any:
    return "much"
