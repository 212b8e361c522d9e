"""Masks of heads and MLPs as masks of weights, and back."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForSequenceClassification

import toys
from tombola import anatomy, masks
from tombola.anatomy import Gates, gated
from tombola.errors import UserError
from tombola.masks import Mask


def some_parts(body: anatomy.Anatomy, bits: list[bool]) -> Mask:
    """A mask of parts from coins, as many as needed."""
    coins = iter(bits * 10)
    whole = masks.all_parts(body)
    return Mask(
        {name: torch.tensor([next(coins) for _ in range(len(whole[name]))]) for name in whole}
    )


@settings(deadline=None, max_examples=20)
@given(bits=st.lists(st.booleans(), min_size=7, max_size=7))
def test_parts_go_and_come_back(bits: list[bool]) -> None:
    body = anatomy.anatomy(toys.bert(layers=2))
    parts = some_parts(body, bits)
    weights = masks.weights_under(parts, body)
    assert masks.surviving_parts(weights, body) == parts
    assert {p.share for p in masks.part_shares(weights, body)} <= {0.0, 1.0}
    heads = masks.in_units(weights, "heads", body)
    mlps = masks.in_units(weights, "mlps", body)
    assert heads.n + mlps.n == parts.n
    assert masks.in_units(weights, "weights", body) is weights


@pytest.mark.parametrize("bits", [[True, False, True, False], [False, True, False, True, True]])
def test_masked_parts_are_closed_gates(bits: list[bool]) -> None:
    model = toys.bert(layers=2).eval()
    body = anatomy.anatomy(model)
    parts = some_parts(body, bits)
    inputs = {"input_ids": torch.randint(1, 12, (3, 6))}
    heads = {b.name: (~parts[b.name]).nonzero()[:, 0].tolist() for b in body.attention}
    mlps = [b.name for b in body.mlps if not parts[b.name].all()]
    with torch.inference_mode(), gated(model, Gates.ones(body).closed(heads, mlps)):
        expected = model(**inputs).logits
    masks.apply(model, masks.weights_under(parts, body))
    with torch.inference_mode():
        torch.testing.assert_close(model(**inputs).logits, expected, atol=1e-6, rtol=1e-5)


def test_what_is_masked_is_what_removal_takes() -> None:
    model = toys.bert(layers=2)
    body = anatomy.anatomy(model)
    parts = some_parts(body, [True, False, True, True, False, True])
    mask = masks.weights_under(parts, body)
    heads = {b.name: (~parts[b.name]).nonzero()[:, 0].tolist() for b in body.attention}
    mlps = [b.name for b in body.mlps if not parts[b.name].all()]
    smaller = anatomy.remove(model, heads=heads, mlps=mlps)
    gone = sum(p.numel() for p in model.parameters()) - sum(p.numel() for p in smaller.parameters())
    assert mask.n_pruned == gone > 0


def test_keys_that_heads_share_go_with_the_last_of_them() -> None:
    config = LlamaConfig(
        vocab_size=20, hidden_size=16, intermediate_size=24, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=2, pad_token_id=0,
    )  # fmt: skip
    body = anatomy.anatomy(LlamaForSequenceClassification(config))
    (block,) = body.attention

    def keys(*alive: bool) -> list[bool]:
        parts = masks.all_parts(body)
        pruned = Mask({**{n: parts[n] for n in parts}, block.name: torch.tensor(alive)})
        (name,) = (p.name for p in body.parameters if p.role == "key")
        found: list[bool] = masks.weights_under(pruned, body)[name].any(1).tolist()
        return found

    assert keys(True, False, True, True) == [True] * 8
    assert keys(False, False, True, True) == [False] * 4 + [True] * 4


def test_a_part_survives_where_any_weight_of_it_does() -> None:
    model = toys.bert()
    body = anatomy.anatomy(model)
    parameters = [p for p in body.in_sets(["matrices"]) if p.block == "self" and p.role == "query"]
    mask = Mask({p.name: torch.zeros(p.shape, dtype=torch.bool) for p in parameters})
    lone = mask[parameters[0].name]
    lone[0, 3] = True  # a row of head 0
    mask = Mask({parameters[0].name: lone})
    found = masks.surviving_parts(mask, body)
    assert found["encoder.0.self"].tolist() == [True, False]
    assert found["encoder.0.mlp"].tolist() == [True]  # of which the mask says nothing
    shares = {(p.block.name, p.head): p for p in masks.part_shares(mask, body)}
    assert shares[("encoder.0.self", 0)].survivors == 1
    assert shares[("encoder.0.mlp", -1)].n == 0
    assert shares[("encoder.0.mlp", -1)].share == 1.0


def test_parts_of_another_model_are_refused() -> None:
    body = anatomy.anatomy(toys.bert())
    other = anatomy.anatomy(toys.bert(layers=2))
    with pytest.raises(UserError, match="masks of different models"):
        masks.weights_under(masks.all_parts(other), body)
    fewer = replace(body, parameters=())
    with pytest.raises(UserError, match="mask of another model"):
        masks.surviving_parts(masks.weights_under(masks.all_parts(body), body), fewer)
