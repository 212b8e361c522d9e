"""One-shot pruning of every size from one set of scores."""

from copy import deepcopy

import pytest
import torch

import toys
from tombola import anatomy, masks, tickets
from tombola.tickets import OneShot


def state(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def answers(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(input_ids=torch.arange(1, 9)[None]).logits


@pytest.fixture
def model() -> torch.nn.Module:
    return toys.bert(layers=2)


def of_weights(model: torch.nn.Module, scope: str = "global", amount: float = 0.5) -> OneShot:
    body = anatomy.anatomy(model)
    pruning = tickets.Pruning(amount=amount, of="target", scope=scope)
    parameters = pruning.parameters(body)
    weights = dict(model.named_parameters())
    scores = {p.name: weights[p.name].abs() for p in parameters}
    return tickets.WeightsAtOnce(scores, masks.Mask.ones(parameters), pruning, body)


@pytest.mark.parametrize(("scope", "amount"), [("global", 0.7), ("matrix", 0.3), ("2:4", 0.5)])
def test_a_size_of_many_is_the_ticket_drawn_alone_and_weights_come_back(
    model: torch.nn.Module, scope: str, amount: float
) -> None:
    shot, before = of_weights(model, scope, amount), state(model)
    alone = deepcopy(model)
    pruning = tickets.Pruning(amount=amount, of="target", scope=scope)
    mask = tickets.draw(alone, pruning, "magnitude")
    masks.apply(alone, mask)
    with shot.under(0.9 if scope != "2:4" else 0.5, model):
        pass
    with shot.under(amount, model) as (pruned, found):
        assert found == mask == shot.mask(amount)
        assert torch.equal(answers(pruned), answers(alone))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_of_each_kind_the_same_share_of_parts_goes_the_least_first(model: torch.nn.Module) -> None:
    body = anatomy.anatomy(model)
    lots = tickets.by_lot(body, seed=3)
    assert tickets.by_lot(body, seed=3).mlps == lots.mlps
    heads = tickets.PartsAtOnce(lots, ("heads",), body)
    values = {
        (name, i): float(value)
        for name, units in lots.heads.items()
        for i, value in enumerate(units)
    }
    for share, n in ((0.1, 0), (0.25, 1), (0.5, 2), (0.74, 3), (1.0, 4)):
        alive = heads.parts(share)
        gone = {key for key in values if not alive[key[0]][key[1]]}
        assert gone == set(sorted(values, key=values.__getitem__)[:n])
        assert all(alive[block.name].all() for block in body.mlps)
    both = tickets.PartsAtOnce(lots, ("heads", "mlps"), body)
    assert both.parts(0.5).n_pruned == 3


def test_what_was_pruned_before_stays_so_where_parts_go(model: torch.nn.Module) -> None:
    body = anatomy.anatomy(model)
    before = tickets.draw(model, tickets.Pruning(amount=0.5), "magnitude")
    masks.apply(model, before)
    shot = tickets.PartsAtOnce(tickets.by_lot(body, 0), ("heads",), body, before)
    silenced = deepcopy(model)
    with shot.under(0.5, model) as (smaller, mask):
        masks.apply(silenced, mask)
        assert torch.allclose(answers(smaller), answers(silenced), atol=1e-6)
    assert mask.n_pruned > before.n_pruned
    assert not any((mask[name] & ~before[name]).any() for name in before)
