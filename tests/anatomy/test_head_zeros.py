"""Zeros of each head, against a reshape by hand of how each family lays out its heads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor

from anatomy.tiny import bert_config, marian_config
from tombola.anatomy import inspect

HEADS, DIM, WIDTH = 4, 4, 16
Split = Callable[[Any, int], list[Tensor]]
"""From a model and a layer to its heads' entries, side by side in a tensor per matrix: heads × …"""


def rows(weight: Tensor, heads: int = HEADS) -> Tensor:
    return weight.reshape(heads, -1)


def columns(weight: Tensor, heads: int = HEADS) -> Tensor:
    return rows(weight.T, heads)


def bert(model: Any, layer: int) -> list[Tensor]:
    block = model.encoder.layer[layer].attention
    inside = block.self
    split = [rows(m.weight) for m in (inside.query, inside.key, inside.value)]
    return [*split, columns(block.output.dense.weight)]


def marian_cross(model: Any, layer: int) -> list[Tensor]:
    block = model.model.decoder.layers[layer].encoder_attn
    split = [rows(m.weight, 2) for m in (block.q_proj, block.k_proj, block.v_proj)]
    return [*split, columns(block.out_proj.weight, 2)]


def gpt2(model: Any, layer: int) -> list[Tensor]:
    """One matrix [inputs, queries | keys | values], and an output whose rows are its inputs."""
    block = model.h[layer].attn
    return [*map(columns, block.c_attn.weight.split(WIDTH, dim=1)), rows(block.c_proj.weight)]


def gpt_neox(model: Any, layer: int) -> list[Tensor]:
    """Rows [head, (query, key, value), dim]."""
    block = model.layers[layer].attention
    return [rows(block.query_key_value.weight), columns(block.dense.weight)]


def llama(model: Any, layer: int) -> list[Tensor]:
    """Two heads share a key and a value."""
    block = model.layers[layer].self_attn
    shared = [rows(m.weight, 2).repeat_interleave(2, dim=0) for m in (block.k_proj, block.v_proj)]
    return [rows(block.q_proj.weight), *shared, columns(block.o_proj.weight)]


SMALL = {"num_hidden_layers": 2, "vocab_size": 30, "hidden_size": WIDTH, "intermediate_size": 24}
CASES: dict[str, tuple[type, Any, str, Split]] = {
    "bert": (transformers.BertModel, bert_config(), "self", bert),
    "marian": (transformers.MarianMTModel, marian_config(), "cross", marian_cross),
    "gpt2": (
        transformers.GPT2Model,
        transformers.GPT2Config(n_embd=WIDTH, n_head=HEADS, n_layer=2, vocab_size=30),
        "self",
        gpt2,
    ),
    "gpt_neox": (
        transformers.GPTNeoXModel,
        transformers.GPTNeoXConfig(num_attention_heads=HEADS, **SMALL),
        "self",
        gpt_neox,
    ),
    "llama": (
        transformers.LlamaModel,
        transformers.LlamaConfig(num_attention_heads=HEADS, num_key_value_heads=2, **SMALL),
        "self",
        llama,
    ),
}


@pytest.mark.parametrize("family", CASES)
def test_zeros_by_head(family: str, tmp_path: Path) -> None:
    model_class, config, kind, split = CASES[family]
    model = model_class(config)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
            parameter *= torch.rand(parameter.shape, generator=generator) > 0.4
    model.save_pretrained(tmp_path)
    for found in (inspect(model), inspect(tmp_path)):
        blocks = [block for block in found.blocks if block.kind == kind]
        blocks = [block for block in blocks if block.stack != "encoder" or family == "bert"]
        assert len(blocks) == 2
        for layer, block in enumerate(blocks):
            heads = torch.cat(split(model, layer), dim=1)
            assert block.by_head is not None
            assert [count.zeros for count in block.by_head] == (heads == 0).sum(1).tolist()
            assert {count.n for count in block.by_head} == {heads.shape[1]}
    known = [block.by_head is not None for block in found.blocks]
    assert known == [block.kind != "mlp" for block in found.blocks]


def test_a_head_that_is_gone_is_all_zero() -> None:
    model = transformers.BertModel(bert_config())
    with torch.no_grad():
        for weight in bert(model, 1)[:3]:
            weight[2] = 0
        model.encoder.layer[1].attention.output.dense.weight[:, 8:12] = 0
    shares = [count.sparsity for count in inspect(model).blocks[2].by_head or ()]
    assert shares == [0, 0, 1, 0]


def test_a_configuration_has_heads_but_no_zeros() -> None:
    found = inspect(bert_config()).blocks[0]
    assert found.by_head is not None
    assert [(count.n, count.zeros) for count in found.by_head] == [(4 * 4 * 16, None)] * 4
    assert found.to_dict()["by_head"] == [{"n": 256, "zeros": None, "sparsity": None}] * 4
