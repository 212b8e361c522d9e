"""Heads and MLPs that go turn after turn."""

import pytest
import torch
from torch.nn import functional as F

import toys
from tombola import anatomy, masks
from tombola.anatomy import Gates
from tombola.masks import Mask
from tombola.tickets import PART_SCORES, Sight
from tombola.tickets.importance.values import Importance
from tombola.tickets.part_pruning import importance_under, next_parts, phases, smaller


def loss(model: torch.nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    return F.cross_entropy(model(**inputs).logits, batch["labels"])


def test_the_published_schedule_of_bert() -> None:
    config = anatomy.read_config(_bert_base())
    body = anatomy.anatomy(anatomy.empty_model(config, "sequence-classification"))
    found = [(p.name, p.n_heads, p.n_mlps) for p in phases(body, "joint")]
    assert found == [("joint", 14, 1), ("heads", 7, 0), ("mlps", 0, 1)]
    assert [(p.n_heads, p.n_mlps) for p in phases(body, "heads")] == [(14, 0)]
    assert [(p.n_heads, p.n_mlps) for p in phases(body, "mlps")] == [(0, 1)]


def _bert_base() -> object:
    from transformers import BertConfig

    return BertConfig()


def test_the_least_important_go_and_what_is_gone_stays_so() -> None:
    own = {
        "encoder.0.self": torch.tensor([0.3, torch.nan, 0.1]).double(),
        "encoder.1.self": torch.ones(3).double(),
    }
    mlps = {
        "encoder.0.mlp": torch.tensor(0.9).double(),
        "encoder.1.mlp": torch.tensor(0.2).double(),
    }
    importance = Importance("gate", "example", own, mlps, 1)
    parts = Mask(
        {
            "encoder.0.self": torch.tensor([True, False, True]),
            "encoder.0.mlp": torch.tensor([True]),
            "encoder.1.self": torch.ones(3, dtype=torch.bool),
            "encoder.1.mlp": torch.tensor([True]),
        }
    )
    phase = phases(anatomy.anatomy(toys.bert()), "joint")[0]
    assert (phase.n_heads, phase.n_mlps) == (1, 1)
    found = next_parts(importance, parts, phase)
    assert found["encoder.0.self"].tolist() == [True, False, False]
    assert found["encoder.1.mlp"].tolist() == [False]
    assert (parts - found).n_pruned == parts.n - 2
    for _ in range(9):
        found = next_parts(importance, found, phase)
    assert found.n_pruned == found.n  # an emptied network is a network
    assert next_parts(importance, found, phase) == found


def some(body: anatomy.Anatomy) -> Mask:
    return Mask(
        {
            "encoder.0.self": torch.tensor([False, True]),
            "encoder.0.mlp": torch.tensor([True]),
            "encoder.1.self": torch.tensor([False, False]),
            "encoder.1.mlp": torch.tensor([False]),
        }
    )


def test_the_smaller_model_computes_what_masked_weights_do() -> None:
    model = toys.bert(layers=2).eval()
    body = anatomy.anatomy(model)
    parts = some(body)
    small = smaller(model, parts, body)
    assert sum(p.numel() for p in small.parameters()) < sum(p.numel() for p in model.parameters())
    inputs = {"input_ids": torch.randint(1, 12, (3, 6))}
    with torch.inference_mode():
        found = small(**inputs).logits
        masks.apply(model, masks.weights_under(parts, body))
        torch.testing.assert_close(model(**inputs).logits, found, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("norm", ["l2-min-max", "none"])
def test_importance_of_what_survives_is_that_of_open_gates_beside_closed_ones(norm: str) -> None:
    model = toys.bert(layers=2, dropout=0.0).double().eval()
    body = anatomy.anatomy(model)
    parts = some(body)

    def sight(model: torch.nn.Module, gates: Gates | None) -> Sight:
        return Sight(model, toys.batches(16).in_order, loss, "example", gates)

    given = (parts, model, body, PART_SCORES["gate"], sight, norm)
    value, normed = importance_under(*given)
    with_gone, _ = importance_under(*given, pruned_count=True)
    assert value.heads["encoder.0.self"][0].isnan()
    assert value.mlps["encoder.1.mlp"].isnan()
    torch.testing.assert_close(
        value.heads["encoder.0.self"][1], with_gone.heads["encoder.0.self"][1]
    )
    torch.testing.assert_close(value.mlps["encoder.0.mlp"], with_gone.mlps["encoder.0.mlp"])
    # what is gone would open with some effect, and not one of NaN or nothing
    assert float(with_gone.heads["encoder.0.self"][0]) > 0
    if norm == "none":
        assert float(normed.heads["encoder.0.self"][1]) == float(value.heads["encoder.0.self"][1])


def test_the_gradient_of_a_closed_gate_is_that_of_opening_it() -> None:
    model = toys.bert(dropout=0.0).double().eval()
    body = anatomy.anatomy(model)
    (batch,) = toys.batches(8).in_order()
    closed = Gates.ones(body, dtype=torch.float64).closed({"encoder.0.self": [1]})
    found = (
        anatomy.gate_gradients(
            model, lambda: loss(model, batch).expand(8) / 8, 8, body=body, at=closed
        )
        .heads["encoder.0.self"][:, 1]
        .sum()
    )
    step = 1e-5
    ends = []
    for value in (-step, step):
        gates = closed.closed()
        gates.heads["encoder.0.self"][1] = value
        with torch.no_grad(), anatomy.gated(model, gates):
            ends.append(float(loss(model, batch)))
    assert float(found) == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-4)
