from itertools import pairwise

import pytest
import torch
from pydantic import ValidationError
from torch.nn.utils import prune as torch_prune

import toys
from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.masks import Mask
from tombola.tickets import Pruning, Rewinding, draw, rewind
from tombola.tickets.rewinding import with_head
from tombola.training import Checkpoint


def drawn(model: torch.nn.Module, pruning: Pruning, rounds: int, criterion: str) -> list[Mask]:
    """The masks of some rounds, without training in between."""
    masks = [Mask.ones(pruning.parameters(anatomy(model)))]
    for round_ in range(rounds):
        masks.append(draw(model, pruning, criterion, masks[-1], seed=round_))
    return masks


def test_each_round_prunes_exactly_its_share_of_what_remains_and_revives_nothing():
    masks = drawn(toys.bert(layers=2), Pruning(amount=0.2), 4, "magnitude")
    for before, after in pairwise(masks):
        remaining = before.n - before.n_pruned
        assert after.n_pruned - before.n_pruned == round(0.2 * remaining)
        assert (after - before).n_pruned == after.n  # nothing survives that was pruned before


def test_global_magnitude_agrees_with_torch():
    model = toys.bert(layers=2)
    mask = drawn(model, Pruning(amount=0.3), 1, "magnitude")[1]
    modules = {name: model.get_submodule(name.removesuffix(".weight")) for name in mask}
    torch_prune.global_unstructured(
        [(module, "weight") for module in modules.values()],
        pruning_method=torch_prune.L1Unstructured,
        amount=0.3,
    )
    for name, module in modules.items():
        assert torch.equal(mask[name], module.weight_mask.bool())


def test_random_masks_have_the_size_of_magnitude_masks_and_differ_by_seed():
    model, pruning = toys.bert(), Pruning(amount=0.5)
    magnitude, random = (drawn(model, pruning, 2, c)[-1] for c in ("magnitude", "random"))
    assert magnitude.n_pruned == random.n_pruned
    assert magnitude != random
    masks = [draw(model, pruning, "random", seed=s) for s in (1, 1, 2)]
    assert masks[0] == masks[1] != masks[2]


def test_a_weight_that_is_no_number_is_refused():
    model = toys.bert()
    with torch.no_grad():
        model.bert.encoder.layer[0].output.dense.weight[0, 0] = float("nan")
    with pytest.raises(UserError, match=r"output\.dense\.weight"):
        drawn(model, Pruning(amount=0.2), 1, "magnitude")


def test_an_unknown_set_or_criterion_is_refused():
    with pytest.raises(UserError, match="allowed"):
        drawn(toys.bert(), Pruning(amount=0.2, sets=("matrixes",)), 1, "magnitude")
    with pytest.raises(UserError, match="allowed: fisher, magnitude"):
        drawn(toys.bert(), Pruning(amount=0.2), 1, "luck")


def test_rewinding():
    early = Checkpoint(3, {"w": torch.zeros(2)}, {"w/exp_avg": torch.zeros(2)})
    trained = Checkpoint(9, {"w": torch.ones(2)}, {"w/exp_avg": torch.ones(2)})
    assert rewind(Rewinding(what="weights", to=0.3), early, trained) is early
    kept = rewind(Rewinding(what="learning-rate", to=0.3), early, trained)
    assert (kept.step, kept.weights, kept.moments) == (3, trained.weights, trained.moments)
    assert Rewinding(what="weights", to=0.5).step(60) == 30


def test_as_published_the_last_epoch_is_trained_once_more_and_updates_drift():
    half = Rewinding.model_validate({"learning-rate-as-published": 0.5})
    assert half.label == "learning-rate-as-published 0.5"
    total, epoch = 6000, 100
    end, ends = total, []
    for _ in range(12):
        begin, end = half.course(total, end, epoch)
        assert end - begin == 31 * epoch
        ends.append(end / total)
    assert ends[:2] == pytest.approx([1.0167, 1.025], abs=1e-4)
    assert ends[-1] == pytest.approx(1.0333, abs=3e-4)
    late = Rewinding.model_validate({"learning-rate-as-published": 0.2})
    begin, end = late.course(total, total, epoch)
    assert (begin, end - begin) == (1200, 49 * epoch)
    assert Rewinding(what="learning-rate", to=0.5).course(total, 6200, epoch) == (3000, 6000)


def test_a_head_that_is_not_rewound_goes_on_from_round_to_round():
    early, trained = (
        Checkpoint(step, {"body": torch.full((2,), v), "head": torch.full((2,), v)}, {})
        for step, v in ((0, 1.0), (9, 2.0))
    )
    found = with_head(early, trained, ["head"])
    assert (found.step, found.weights["body"][0], found.weights["head"][0]) == (0, 1.0, 2.0)
    kept = Rewinding(what="weights", to=(0.0, 0.1), head="as_published")
    assert kept.label == "weights 0 0.1 head kept"
    assert kept.at(2) == Rewinding(what="weights", to=0.1, head="as_published")
    assert Rewinding(what="weights").label == "weights 0"


def test_a_rewinding_in_short_takes_further_settings():
    short = Rewinding.model_validate({"weights": "start", "head": "as_published"})
    assert short == Rewinding(what="weights", to=0.0, head="as_published")
    with pytest.raises(ValidationError, match="what"):
        Rewinding.model_validate({"weights": "start", "learning-rate": 0.5})
