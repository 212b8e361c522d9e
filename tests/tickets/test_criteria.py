import pytest
import torch

from tombola.errors import UserError
from tombola.tickets import CRITERIA, Evidence
from tombola.tickets.criteria import Lazy


def scores_of(name, weights, seed):
    criterion = CRITERIA[name]
    return criterion.score(Evidence(weights, seed), criterion.settings())


def test_magnitude():
    weights = {"a": torch.tensor([-2.0, 0.5], requires_grad=True)}
    scores = scores_of("magnitude", weights, 0)
    assert scores["a"].tolist() == [2.0, 0.5]
    assert not scores["a"].requires_grad
    assert list(scores) == ["a"]


def test_random_depends_on_seed_and_name_alone():
    weights = {"a": torch.zeros(50, 40), "b": torch.zeros(50, 40)}
    scores = scores_of("random", weights, 3)
    state = torch.random.get_rng_state()
    again = scores_of("random", {"b": torch.ones(50, 40).bfloat16()}, 3)
    assert torch.equal(scores["b"], again["b"])
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not torch.equal(scores["a"], scores["b"])
    assert not torch.equal(scores["a"], scores_of("random", weights, 4)["a"])
    correlation = torch.corrcoef(torch.stack([scores["a"].flatten(), scores["b"].flatten()]))
    assert abs(correlation[0, 1]) < 0.1
    assert scores["a"].mean() == pytest.approx(0.5, abs=0.03)
    assert 0 <= scores["a"].min() < 0.01 < 0.99 < scores["a"].max() < 1


def test_scores_are_computed_at_look_up():
    seen = []
    scores = Lazy({"a": torch.ones(1), "b": torch.ones(1)}, lambda n, w: seen.append(n) or w)
    assert "a" in scores
    assert len(scores) == 2
    assert not seen
    scores["b"]
    assert seen == ["b"]


def test_unknown_criterion():
    with pytest.raises(UserError, match="'size'; allowed: fisher, magnitude"):
        CRITERIA["size"]
