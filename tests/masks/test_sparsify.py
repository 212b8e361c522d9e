"""Pruning while training: the schedule of Gordon et al. (2020), and what stands behind a mask."""

import copy

import pytest
import torch

import toys
from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.masks import Sparsifier, Sparsify, polynomial
from tombola.settings import validate


def test_the_published_values_of_the_schedule() -> None:
    """.6 after 10,000 steps, refreshed every 10 to the end (their section 3.1)."""
    settings = Sparsify(amount=0.6, end=10_000)
    found = {step: round(settings.at(step), 3) for step in (0, 1000, 2500, 5000, 7500, 10_000)}
    assert found == {0: 0.0, 1000: 0.163, 2500: 0.347, 5000: 0.525, 7500: 0.591, 10_000: 0.6}
    assert [step for step in range(100) if settings.due(step)] == list(range(0, 100, 10))
    assert settings.due(99_990)
    assert (settings.every, settings.power, settings.scope) == (10, 3, "matrix")


def test_linear_one_shot_and_a_later_beginning() -> None:
    linear = Sparsify(amount=0.5, initial=0.1, begin=4, end=8, every=3, stop=9, power=1)
    assert [round(linear.at(step), 3) for step in range(3, 10)] == [
        0.1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5,
    ]  # fmt: skip
    assert [step for step in range(20) if linear.due(step)] == [4, 7, 8, 9]
    shot = Sparsify(amount=0.5, begin=2, end=2, stop=2)
    assert [step for step in range(50) if shot.due(step)] == [2]
    assert shot.at(2) == 0.5
    assert polynomial(1, begin=0, end=2, final=1.0, power=2.0) == 0.75


@pytest.mark.parametrize(("settings", "said"), [
    ({"amount": 0.5, "begin": 9, "end": 8}, "end 8 is before begin 9"),
    ({"amount": 0.5, "end": 8, "stop": 7}, "stop changing at 7, before the schedule ends at 8"),
    ({"amount": 0.5, "initial": 0.6, "end": 8}, "initial 0.6 is more than amount 0.5"),
    ({"amount": 1.0, "end": 8}, "amount"),
    ({"amount": 0.5, "end": 8, "scope": "2:4"}, "scope"),
])  # fmt: skip
def test_what_is_no_schedule_is_one_line(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        validate(Sparsify, settings)
    with pytest.raises(UserError, match="ends at step 8, after the training's 7"):
        Sparsify(amount=0.5, end=8).check(7)
    with pytest.raises(UserError, match="no such parameters"):
        Sparsify(amount=0.5, end=8, sets=(), also=()).parameters(anatomy(toys.bert()))


def trained(
    settings: Sparsify, steps: int, decay: float = 0.1
) -> tuple[torch.nn.Module, Sparsifier]:
    """Some steps of AdamW on gradients of no meaning, pruned on the way."""
    model = toys.bert()
    pruning = Sparsifier(model, settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=decay)
    generator = torch.Generator().manual_seed(1)
    for step in range(steps):
        pruning.refresh(step)
        for parameter in model.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        pruning.gradients()
        optimizer.step()
        pruning.weights()
    pruning.refresh(steps)
    return model, pruning


def by_hand(settings: Sparsify, steps: int, decay: float = 0.1) -> tuple[dict, dict]:
    """The same with whole weights all the time and a mask beside them, as model_pruning has it."""
    model = toys.bert()
    names = [p.name for p in settings.parameters(anatomy(model))]
    named = dict(model.named_parameters())
    kept = {name: torch.ones_like(named[name]) for name in names}
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=decay)
    generator = torch.Generator().manual_seed(1)
    for step in range(steps + 1):
        if settings.due(step):
            for name in names:
                flat = named[name].detach().abs().reshape(-1)
                gone = flat.argsort(stable=True)[: round(settings.at(step) * flat.numel())]
                kept[name] = torch.ones_like(flat).index_fill(0, gone, 0.0).view_as(named[name])
        if step == steps:
            break
        for name, parameter in named.items():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
            if name in kept:
                parameter.grad *= kept[name]
        optimizer.step()
    return {name: p.detach() for name, p in named.items()}, kept


SOFT = Sparsify(amount=0.6, end=6, every=2, stop=8, sets=("matrices", "pooler"))


def test_a_soft_mask_is_that_of_whole_weights_beside_a_mask() -> None:
    whole, kept = by_hand(SOFT, 11)
    model, pruning = trained(SOFT, 11)
    assert pruning.mask is not None
    assert pruning.mask.sparsity == pytest.approx(0.6, abs=0.01)
    for name, parameter in model.named_parameters():
        if name in kept:
            assert torch.equal(pruning.mask[name], kept[name].bool())
            assert torch.equal(parameter, whole[name] * kept[name])
        else:
            assert torch.equal(parameter, whole[name])
    pruning.show()
    for name in kept:
        assert torch.equal(dict(model.named_parameters())[name], whole[name])


def test_weights_return_where_masks_are_recomputed_and_not_where_they_are_frozen() -> None:
    returned = {}
    for hold in ("recomputed", "frozen"):
        settings = SOFT.model_copy(update={"hold": hold, "stop": None})
        early = trained(settings, 6)[1].mask
        model, late = trained(settings, 12)
        assert early is not None
        assert late.mask is not None
        returned[hold] = (late.mask - early).n - (late.mask - early).n_pruned
        for name, parameter in model.named_parameters():
            if name in late.mask:
                assert int((parameter == 0).sum()) == int((~late.mask[name]).sum())
    assert returned["frozen"] == 0 < returned["recomputed"]


def test_a_state_goes_on_where_it_was_taken() -> None:
    model, pruning = trained(SOFT, 7)
    state = copy.deepcopy(pruning.state())
    other = Sparsifier(copy.deepcopy(model), SOFT)
    other.load(state)
    other.weights()  # they are out already
    assert other.mask == pruning.mask
    pruning.show()
    other.show()
    for a, b in zip(pruning.parameters, other.parameters, strict=True):
        assert torch.equal(a, b)
    with pytest.raises(UserError, match="another pruning: it has no mask"):
        other.load({"w/mask": torch.zeros(1)})
