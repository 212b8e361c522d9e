"""Criteria that look at data and gradients, each against a plain computation."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F
from transformers import GPT2Config, GPT2ForSequenceClassification

import toys
from tombola import anatomy, masks
from tombola.errors import UserError
from tombola.tickets import CRITERIA, Evidence, Pruning
from tombola.tickets.criteria.criterion import Choice
from tombola.tickets.rounds import next_mask

NAMES = ("bert.encoder.layer.0.attention.self.query.weight",
         "bert.encoder.layer.0.output.dense.weight",
         "bert.encoder.layer.0.output.dense.bias")  # fmt: skip


def loss(model: torch.nn.Module, batch: Any) -> Tensor:
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    return F.cross_entropy(model(**inputs).logits, batch["labels"])


def evidence(size: int = 8, n: int = 16) -> tuple[torch.nn.Module, Evidence]:
    model = toys.bert().eval()
    batches = toys.batches(n, size)
    named = dict(model.named_parameters())
    seen = {name: named[name] for name in NAMES}
    return model, Evidence(seen, 0, model, batches.in_order, loss)


def scores(name: str, found: Evidence, **more: Any) -> dict[str, Tensor]:
    criterion = CRITERIA[name]
    return dict(criterion.score(found, criterion.settings(**more)))


def gradients(model: torch.nn.Module, batches: Iterator[Any]) -> Iterator[dict[str, Tensor]]:
    for batch in batches:
        model.zero_grad()
        loss(model, batch).backward()
        named = dict(model.named_parameters())
        yield {name: named[name].grad.clone() for name in NAMES}
    model.zero_grad()


def test_snip_is_weight_times_gradient_of_the_mean_loss() -> None:
    model, found = evidence()
    every = list(gradients(model, toys.batches(16, 8).in_order()))
    for name, score in scores("snip", found).items():
        g = sum(each[name] for each in every)
        expected = (dict(model.named_parameters())[name] * g).abs()
        torch.testing.assert_close(score, expected.detach())


def test_fisher_is_the_mean_of_squares_one_example_at_a_time() -> None:
    model, found = evidence(size=1)
    every = list(gradients(model, toys.batches(16, 1).in_order()))
    for name, score in scores("fisher", found).items():
        weight = dict(model.named_parameters())[name]
        g2 = sum(each[name] ** 2 for each in every) / len(every)
        torch.testing.assert_close(score, (weight**2 * g2 / 2).detach())
    assert CRITERIA["fisher"].settings().batch_size == 1


def test_movement_follows_gradient_steps_and_leaves_the_model_alone() -> None:
    model, found = evidence()
    before = {name: p.clone() for name, p in model.named_parameters()}
    score = scores("movement", found, learning_rate=0.1)
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, before[name])
    expected = {name: torch.zeros_like(before[name]) for name in NAMES}
    for batch in toys.batches(16, 8).in_order():
        loss(model, batch).backward()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.grad is None:
                    continue
                if name in expected:
                    expected[name] -= parameter * parameter.grad
                parameter -= 0.1 * parameter.grad
        model.zero_grad()
    for name in NAMES:
        torch.testing.assert_close(score[name], expected[name].detach())


def test_what_was_pruned_does_not_move() -> None:
    _, found = evidence()
    with torch.no_grad():
        found.weights[NAMES[0]][:8] = 0.0
    assert not scores("movement", found, learning_rate=0.5)[NAMES[0]][:8].any()


def inputs_of(model: torch.nn.Module, module: str, batches: Iterator[Any]) -> Tensor:
    rows: list[Tensor] = []
    handle = model.get_submodule(module).register_forward_pre_hook(
        lambda _, args: rows.append(args[0])
    )
    with torch.no_grad():
        for batch in batches:
            before = len(rows)
            loss(model, batch)
            rows[before] = rows[before][batch["attention_mask"].bool()]
    handle.remove()
    return torch.cat(rows).double()


def test_wanda_is_magnitude_times_the_norm_of_inputs_without_padding() -> None:
    model, found = evidence()
    score = scores("wanda", found, rows=False)
    for name in NAMES[:2]:
        given_ = inputs_of(model, name.removesuffix(".weight"), toys.batches(16, 8).in_order())
        weight = dict(model.named_parameters())[name].detach().double()
        expected = weight.abs() * given_.norm(dim=0)
        torch.testing.assert_close(score[name].double(), expected, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(score[NAMES[2]], found.weights[NAMES[2]].detach().abs())
    # the authors sort each output's row and prune its lowest share
    ranks = scores("wanda", found)[NAMES[0]]
    pruned = ranks < 0.5
    assert pruned.sum(1).tolist() == [8] * 16
    lowest = torch.zeros_like(pruned).scatter_(1, score[NAMES[0]].argsort(1)[:, :8], True)
    assert torch.equal(pruned, lowest)


def test_second_order_is_what_the_output_loses_when_the_rest_makes_up_for_it() -> None:
    model, found = evidence(n=40)
    name = NAMES[0]
    score = scores("second-order", found, rows=False, damping=0.01)[name]
    x = inputs_of(model, name.removesuffix(".weight"), toys.batches(40, 8).in_order())
    # damping is a few more inputs, one along each axis
    size = (0.01 * x.square().sum(0).mean()).sqrt()
    x = torch.cat([x, size * torch.eye(x.shape[1], dtype=torch.float64)])
    row = found.weights[name].detach().double()[3]
    for j in (0, 5, 9):
        others = [k for k in range(len(row)) if k != j]
        fit = torch.linalg.lstsq(x[:, others], (x @ row)[:, None]).solution
        lost = ((x[:, others] @ fit)[:, 0] - x @ row).square().sum()
        assert float(score[3, j]) == pytest.approx(float(lost), rel=1e-3)


@pytest.mark.parametrize("name", ["snip", "fisher", "movement", "wanda", "second-order"])
def test_without_data_they_say_what_they_need(name: str) -> None:
    with pytest.raises(UserError, match="needs"):
        scores(name, Evidence({"a.weight": torch.ones(2, 2)}, 0))


@pytest.mark.parametrize("name", ["wanda", "second-order"])
def test_layers_that_hold_their_matrix_the_other_way_round(name: str) -> None:
    config = GPT2Config(
        vocab_size=20, n_positions=16, n_embd=8, n_layer=1, n_head=2, num_labels=2, pad_token_id=0
    )
    model = GPT2ForSequenceClassification(config).eval()
    weight = "transformer.h.0.mlp.c_fc.weight"
    seen = {weight: dict(model.named_parameters())[weight]}
    score = scores(name, Evidence(seen, 0, model, toys.batches(8, 4).in_order, loss))[weight]
    assert score.shape == (8, 32)  # inputs are rows: each column, an output, has all ranks
    assert torch.equal(score.sort(0).values[:, 0], torch.arange(8) / 8)


# ---------------------------------------------------------------- patterns


def draw(scope: str, model: torch.nn.Module) -> masks.Mask:
    body = anatomy.anatomy(model)
    pruning = Pruning(amount=0.5, scope=scope)
    parameters = pruning.parameters(body)
    named = dict(model.named_parameters())
    seen = {p.name: named[p.name] for p in parameters}
    whole = masks.Mask.ones(parameters)
    return next_mask(Evidence(seen, 0), whole, body, pruning, Choice(name="magnitude"))


def test_two_of_four_along_the_input() -> None:
    model = toys.bert()
    mask = draw("2:4", model)
    for name, weight in model.named_parameters():
        if name not in mask:
            continue
        groups, values = mask[name].reshape(-1, 4), weight.detach().abs().reshape(-1, 4)
        assert (groups.sum(1) == 2).all()
        kept, lost = values.masked_fill(~groups, torch.inf), values.masked_fill(groups, -torch.inf)
        assert (kept.min(1).values >= lost.max(1).values).all()
    assert mask.sparsity == 0.5


def test_the_input_of_turned_matrices_runs_down() -> None:
    config = GPT2Config(vocab_size=20, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    mask = draw("2:4", GPT2ForSequenceClassification(config))
    for name, alive in mask.items():
        assert (alive.T.reshape(-1, 4).sum(1) == 2).all(), name


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000), n=st.integers(1, 3))
def test_what_was_pruned_takes_a_place(seed: int, n: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    body = anatomy.anatomy(toys.bert())
    parameters = [p for p in body.in_sets(["matrices"]) if p.role == "query"]
    name, shape = parameters[0].name, parameters[0].shape
    before = masks.Mask({name: torch.rand(shape, generator=generator) < 0.7})
    scores_ = {name: torch.rand(shape, generator=generator)}
    after = masks.select_n_of_m(scores_, before, n, 4, parameters)
    assert (after - before).n_pruned == after.n  # nothing comes back
    left = before[name].reshape(-1, 4).sum(1).clamp(max=n)
    assert torch.equal(after[name].reshape(-1, 4).sum(1), left)


@pytest.mark.parametrize(
    ("scope", "amount", "said"),
    [("4:2", 0.5, "fewer than 2"), ("2:4", 0.4, "prunes 0.5"), ("2:", 0.5, "scope is one of"),
     ("row", 0.5, "scope is one of")],
)  # fmt: skip
def test_wrong_patterns_are_refused(scope: str, amount: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Pruning(amount=amount, scope=scope)


def test_a_width_that_four_does_not_divide_is_refused() -> None:
    body = anatomy.anatomy(toys.bert())
    parameters = [p for p in body.in_sets(["matrices"]) if p.role == "query"]
    mask = masks.Mask.ones(parameters)
    with pytest.raises(UserError, match="16 inputs, not times 5"):
        masks.select_n_of_m({parameters[0].name: torch.rand(16, 16)}, mask, 2, 5, parameters)
