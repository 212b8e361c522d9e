"""A smaller model's weights, back in the whole one."""

import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

import toys
from tombola import anatomy, masks
from tombola.masks import Mask


@pytest.mark.filterwarnings("ignore::tombola.anatomy.AllHeadsRemoved")
@pytest.mark.parametrize("all_heads", [False, True])
def test_the_whole_model_computes_what_the_smaller_one_learnt(all_heads: bool) -> None:
    whole = toys.bert(layers=2).eval()
    gone = {"encoder.0.self": [0, 1] if all_heads else [1]}
    mlps = ["encoder.1.mlp"]
    smaller = anatomy.remove(whole, heads=gone, mlps=mlps)
    with torch.no_grad():
        for name, parameter in smaller.named_parameters():
            if not (all_heads and "layer.0.attention.self" in name):  # zeros that stay zeros
                parameter += 0.1 * torch.randn(parameter.shape)
    anatomy.put_back(whole, smaller, gone, mlps)
    body = anatomy.anatomy(whole)
    parts = dict(masks.all_parts(body))
    parts["encoder.0.self"][gone["encoder.0.self"]] = False
    parts["encoder.1.mlp"][:] = False
    masks.apply(whole, masks.weights_under(Mask(parts), body))
    inputs = {"input_ids": torch.randint(1, 12, (4, 7))}
    with torch.inference_mode():
        torch.testing.assert_close(whole(**inputs).logits, smaller(**inputs).logits)


def test_both_stacks_of_a_translator() -> None:
    config = T5Config(
        vocab_size=20, d_model=16, d_kv=4, d_ff=8, num_layers=1, num_decoder_layers=1, num_heads=4,
    )  # fmt: skip
    whole = T5ForConditionalGeneration(config).eval()
    before = {name: value.clone() for name, value in whole.state_dict().items()}
    gone = {"decoder.0.cross": [2]}
    smaller = anatomy.remove(whole, heads=gone)
    with torch.no_grad():
        for parameter in smaller.parameters():
            parameter.neg_()
    anatomy.put_back(whole, smaller, gone)
    name = "decoder.block.0.layer.1.EncDecAttention.v.weight"
    after = whole.state_dict()
    assert torch.equal(after[name][8:12], before[name][8:12])  # head 2: as it was
    assert torch.equal(after[name][:8], -before[name][:8])
    assert torch.equal(after["shared.weight"], -before["shared.weight"])


def test_what_is_left_of_something_else_is_refused() -> None:
    whole = toys.bert(layers=2)
    smaller = anatomy.remove(whole, heads={"encoder.0.self": [0]})
    with pytest.raises(ValueError, match="not of what this removal leaves"):
        anatomy.put_back(whole, smaller, {"encoder.1.self": [0]})
