"""In memory as on disk: verbs take models, tickets, Trainers, functions; guesses work."""

from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import tombola
import toys
from tombola import tasks, tickets
from tombola.tasks.metrics.of_function import OfFunction as OwnMetric
from tombola.tickets.criteria.of_function import OfFunction
from tombola.verbs.fingerprints import code_of
from tombola.verbs.functions import named
from tombola.verbs.tagging import tagged


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
    with pytest.raises(tombola.UserError, match="a folder or a hub id, not a int"):
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
    with pytest.raises(tombola.UserError, match=r"entry of w, \(3,\), was expected, not \(1,\)"):
        OfFunction(lambda w: w[:1])._one("w", evidence.weights["w"])


def test_what_one_guesses_of_prune_works(model: torch.nn.Module) -> None:
    plain = tombola.prune(deepcopy(model), 0.5)
    own = tombola.prune(deepcopy(model), 0.5, criterion=lambda w: w.abs(), sets="matrices")
    assert own.mask == plain.mask
    assert own.provenance["drawn"]["criterion"] == "lambda"
    again = tombola.prune(plain, 0.5)
    assert again.sparsity == pytest.approx(0.75, abs=1e-3)
    assert tombola.compare_masks([plain, again]).pairs[0].overlap.intersection > 0
    scaled = tombola.prune(deepcopy(model), 0.5, criterion={"name": "magnitude"})
    assert scaled.mask == plain.mask
    with pytest.raises(tombola.UserError, match="unknown criterion 'magnitud'"):
        tombola.prune(model, 0.5, criterion="magnitud")
    with pytest.raises(tombola.UserError, match="name a task or data"):
        tombola.prune(tickets.Ticket(model, None, SimpleNamespace(pad_token_id=0)), 0.5,
                      criterion="snip")  # fmt: skip


def test_a_function_of_one_answer_is_a_metric_with_its_interval() -> None:
    def near(said: float, right: float) -> float:
        return -abs(said - right)

    metric = OwnMetric(near)
    said, right = np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.5, 3.0])
    found = metric(said, right)
    assert (found.metric, found.n, found.value) == ("near", 3, pytest.approx(-2.5 / 3))
    assert found.low < found.value < found.high
    better = metric.difference([metric.counts(right, right)], [metric.counts(said, right)])
    assert better.value == pytest.approx(2.5 / 3)
    with pytest.raises(tombola.UserError, match="metric text: a number for one answer"):
        OwnMetric(text).counts(said, right)
    assert "accuracy" in tasks.METRICS


def text(said: float, right: float) -> Any:
    return "much"


def test_a_function_of_words_is_a_task_for_probes(tmp_path: Path) -> None:
    def length(words: list[str]) -> list[str]:
        return ["long" if len(word) > 3 else "short" for word in words]

    rows = [{"tokens": ["a", "table"], "tags": ["short", "long"]}]
    (tmp_path / "text.txt").write_text("a table\n\n")
    frame = pd.DataFrame({"text": ["a table"]})
    for data in (["a table"], [["a", "table"]], tmp_path / "text.txt", frame, rows):
        assert tagged(length, data) == rows
    with pytest.raises(tombola.UserError, match="sentence 1 has 2 words, and was given 1 labels"):
        tagged(lambda words: words[:1], ["a table"])
    with pytest.raises(tombola.UserError, match="a column tokens, words or text"):
        tagged(length, [{"sentence": "a table"}])
