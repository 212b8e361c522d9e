import tracemalloc

import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from tombola.errors import UserError
from tombola.masks import Enforcer, Mask, apply

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "adamw_foreach": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, foreach=True),
    "adafactor": lambda p: torch.optim.Adafactor(p, lr=0.01, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, centered=True),
}


def make() -> tuple[nn.Module, Mask]:
    generator = torch.Generator().manual_seed(0)
    model = nn.Sequential(nn.Linear(7, 9), nn.Tanh(), nn.Linear(9, 9), nn.Linear(9, 7))
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator)
    shapes = {name: p.shape for name, p in model.named_parameters() if name != "2.bias"}
    mask = Mask({name: torch.rand(s, generator=generator) < 0.6 for name, s in shapes.items()})
    return model, mask


def backward(model: nn.Module, step: int) -> None:
    x = torch.randn(5, 7, generator=torch.Generator().manual_seed(step))
    model.zero_grad()
    (model(x) - x).square().mean().backward()


def pruned(model: nn.Module, mask: Mask) -> torch.Tensor:
    parameters = dict(model.named_parameters(remove_duplicate=False))
    return torch.cat([parameters[name].detach()[~mask[name]] for name in mask])


def survivors(model: nn.Module, mask: Mask) -> torch.Tensor:
    parameters = dict(model.named_parameters(remove_duplicate=False))
    return torch.cat([parameters[name].detach()[mask[name]] for name in mask])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_pruned_weights_stay_zero(name):
    model, mask = make()
    optimizer = OPTIMIZERS[name](model.parameters())
    for step in range(3):  # dense training first: the optimizer remembers all weights
        backward(model, step)
        optimizer.step()
    enforcer = Enforcer(model, mask)
    enforcer.weights()
    enforcer.optimizer_state(optimizer)
    before = survivors(model, mask).clone()
    for step in range(5):
        backward(model, step)
        enforcer.gradients()
        clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        enforcer.optimizer_state(optimizer)
        enforcer.weights()
        zeros = pruned(model, mask)
        assert (zeros == 0).all()
        assert not zeros.signbit().any()
        for key, parameter in model.named_parameters():
            for state in optimizer.state[parameter].values():
                if state.shape == parameter.shape and key in mask:
                    assert (state[~mask[key]] == 0).all()
    assert (survivors(model, mask) != before).all()


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_masking_once_is_not_enough(name):
    model, mask = make()
    optimizer = OPTIMIZERS[name](model.parameters())
    backward(model, 0)
    optimizer.step()
    apply(model, mask)
    assert (pruned(model, mask) == 0).all()
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()  # no gradient, but momentum
    assert (pruned(model, mask) != 0).any()


def test_no_call_is_superfluous_alone():
    # the optimizer's memory of pruned weights is gone without `weights` being called after it
    model, mask = make()
    optimizer = OPTIMIZERS["adamw"](model.parameters())
    backward(model, 0)
    optimizer.step()
    enforcer = Enforcer(model, mask)
    enforcer.weights()
    enforcer.optimizer_state(optimizer)
    backward(model, 1)
    enforcer.gradients()
    optimizer.step()
    assert (pruned(model, mask) == 0).all()


def test_clipping_counts_survivors_only():
    model, mask = make()
    enforcer = Enforcer(model, mask)
    backward(model, 0)
    gradients = {name: p.grad.double().clone() for name, p in model.named_parameters()}
    dense = torch.sqrt(sum(g.square().sum() for g in gradients.values()))
    kept = torch.sqrt(
        sum((g[mask[n]] if n in mask else g).square().sum() for n, g in gradients.items())
    )
    enforcer.gradients()
    norm = clip_grad_norm_(model.parameters(), 0.01)
    assert norm.item() == pytest.approx(kept.item(), rel=1e-5)
    assert kept < 0.95 * dense
    after = torch.sqrt(sum(p.grad.double().square().sum() for p in model.parameters()))
    assert after.item() == pytest.approx(0.01, rel=1e-4)


def test_training_equals_that_of_a_model_without_the_pruned_weights():
    # the same steps on a parametrisation weight·mask, where pruned entries get no gradient at all
    model, mask = make()
    other, _ = make()
    apply(other, mask)
    enforcer = Enforcer(model, mask)
    enforcer.weights()
    optimizers = [torch.optim.AdamW(m.parameters(), lr=0.01) for m in (model, other)]
    for step in range(4):
        backward(model, step)
        enforcer.gradients()
        clip_grad_norm_(model.parameters(), 0.5)
        optimizers[0].step()
        enforcer.weights()
        own = dict(other.named_parameters())
        masked = {n: p * mask[n] if n in mask else p for n, p in own.items()}
        x = torch.randn(5, 7, generator=torch.Generator().manual_seed(step))
        other.zero_grad()
        (torch.func.functional_call(other, masked, (x,)) - x).square().mean().backward()
        clip_grad_norm_(other.parameters(), 0.5)
        optimizers[1].step()
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-7)


def test_a_bit_per_weight():
    wide = nn.Linear(512, 512, bias=False)
    mask = Mask({"weight": torch.rand(512, 512, generator=torch.Generator().manual_seed(0)) < 0.5})
    enforcer = Enforcer(wide, mask)
    wide.weight.grad = torch.ones(512, 512)
    for call in (enforcer.weights, enforcer.gradients):
        call()
    tracemalloc.start()
    enforcer = Enforcer(wide, mask)
    enforcer.gradients()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 512 * 512 / 8 <= held < 512 * 512 / 8 + 5000
    whole = Mask({"weight": torch.ones(512, 512).bool()})
    assert Enforcer(wide, whole).parameters == {}


def test_the_model_is_left_as_it_was():
    model, mask = make()
    names = [name for name, _ in model.named_parameters()]
    Enforcer(model, mask).weights()
    assert [name for name, _ in model.named_parameters()] == names
    assert list(model.state_dict()) == names
    for module in model.modules():
        assert not module._forward_pre_hooks
        assert not module._forward_hooks
    assert all(not p._post_accumulate_grad_hooks for p in model.parameters())


def test_tied_parameters_are_one_tensor():
    model = nn.ModuleDict({"a": nn.Linear(2, 2, bias=False), "b": nn.Linear(2, 2, bias=False)})
    model["b"].weight = model["a"].weight
    model["a"].weight.data.fill_(1.0)
    Enforcer(model, Mask({"b.weight": torch.tensor([[True, False], [True, True]])})).weights()
    assert model["a"].weight.tolist() == [[1, 0], [1, 1]]
    both = {
        "a.weight": torch.tensor([[True, True], [False, True]]),
        "b.weight": torch.tensor([[True, False], [True, True]]),
    }
    enforcer = Enforcer(model, Mask(both))
    enforcer.weights()
    assert len(enforcer.parameters) == 1
    assert model["a"].weight.tolist() == [[1, 0], [0, 1]]


def test_steps_of_scalar_parameters_are_no_state_to_zero():
    model = nn.Module()
    model.scale = nn.Parameter(torch.tensor(2.0))
    optimizer = torch.optim.Adam(model.parameters())
    model.scale.grad = torch.tensor(1.0)
    optimizer.step()
    Enforcer(model, Mask({"scale": torch.tensor(False)})).optimizer_state(optimizer)
    state = optimizer.state[model.scale]
    assert state["step"] == 1
    assert state["exp_avg"] == 0


def test_nan_and_negative_weights_become_positive_zero():
    model = nn.Module()
    model.w = nn.Parameter(torch.tensor([-1.0, float("nan"), float("inf"), 3.0]))
    mask = Mask({"w": torch.tensor([False, False, False, True])})
    for enforce in (Enforcer(model, mask).weights, lambda: apply(model, mask)):
        model.w.data[:3] = torch.tensor([-1.0, float("nan"), float("inf")])
        enforce()
        assert model.w.tolist() == [0, 0, 0, 3]
        assert not model.w.detach().signbit().any()


def test_masks_of_other_models_are_refused():
    model, _ = make()
    other = Mask({"9.weight": torch.ones(2, 2).bool()})
    for use in (Enforcer, apply):
        with pytest.raises(UserError, match=r"mask of another model: .* '9.weight'"):
            use(model, other)
