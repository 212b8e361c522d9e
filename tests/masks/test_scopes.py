from dataclasses import replace

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, MarianConfig, MarianMTModel
from worlds import HEAD_DIM, HEADS, small_anatomy

from tombola.anatomy import anatomy
from tombola.anatomy.parts import Anatomy, Parameter, Strip
from tombola.errors import UserError
from tombola.masks import SCOPES, Mask, groups, prunable

ANATOMY = small_anatomy()


@pytest.mark.parametrize("scope", SCOPES)
def test_each_entry_is_in_one_group(scope):
    seen = {p.name: torch.zeros(p.shape) for p in ANATOMY.parameters}
    for regions in groups(scope, ANATOMY.parameters).values():
        assert regions
        for region in regions:
            seen[region.name][region.index] += 1
    assert all((tensor == 1).all() for tensor in seen.values())


def names(scope: str) -> list[str]:
    return list(groups(scope, ANATOMY.parameters))


def test_names_of_groups():
    assert names("global") == ["global"]
    assert names("stack") == ["embeddings", "encoder", "decoder", "pooler", "task_head"]
    assert names("layer") == [
        "embeddings", "encoder.0", "encoder.1", "encoder", "decoder.0", "pooler", "task_head",
    ]  # fmt: skip
    assert names("block") == [
        "embeddings", "encoder.0.self", "encoder.0.mlp", "encoder.1.self", "encoder.1.mlp",
        "encoder.1", "encoder", "decoder.0.self", "decoder.0.cross", "pooler", "task_head",
    ]  # fmt: skip
    assert names("matrix") == [p.name for p in ANATOMY.parameters]


def test_a_head_is_rows_of_its_inputs_and_columns_of_its_output():
    found = groups("head", ANATOMY.parameters)
    block = "decoder.0.cross"
    head = {r.name.removeprefix(f"{block}."): r.index for r in found[f"{block}.head1"]}
    own = slice(HEAD_DIM, 2 * HEAD_DIM)
    assert head == {
        "query.weight": (own,),
        "query.bias": (own,),
        "key.weight": (own,),
        "key.bias": (own,),
        "value.weight": (own,),
        "value.bias": (own,),
        "output.weight": (slice(None), own),
    }
    assert sum(".head" in name for name in found) == 4 * HEADS
    assert [r.name for r in found[f"{block}.output.bias"]] == [f"{block}.output.bias"]
    assert "encoder.0.mlp.up.weight" in found


def test_heads_that_share_keys_are_one_group():
    place = {"stack": "decoder", "layer": 0, "block": "self"}
    heads, key_heads = Strip(0, 4, 2), Strip(0, 2, 2)
    query = Parameter("q", (8, 5), "matrices", "query", **place, axis=0, strips=(heads,))
    key = Parameter("k", (4, 5), "matrices", "key", **place, axis=0, strips=(key_heads,))
    output = Parameter("o", (5, 8), "matrices", "output", **place, axis=1, strips=(heads,))
    found = groups("head", [query, key, output])
    assert {name: [r.index for r in regions] for name, regions in found.items()} == {
        "decoder.0.self.head0": [(slice(0, 4),), (slice(0, 2),), (slice(None), slice(0, 4))],
        "decoder.0.self.head1": [(slice(4, 8),), (slice(2, 4),), (slice(None), slice(4, 8))],
    }


def test_a_matrix_that_makes_queries_keys_and_values_has_three_boxes_per_head():
    place = {"stack": "decoder", "layer": 0, "block": "self"}
    strips = (Strip(0, 2, 3), Strip(6, 2, 3), Strip(12, 2, 3))
    fused = Parameter("qkv", (18, 5), "matrices", "query_key_value", **place, axis=0, strips=strips)
    found = groups("head", [fused])
    assert {name: [r.index for r in regions] for name, regions in found.items()} == {
        "decoder.0.self.head0": [(slice(0, 3),), (slice(6, 9),), (slice(12, 15),)],
        "decoder.0.self.head1": [(slice(3, 6),), (slice(9, 12),), (slice(15, 18),)],
    }


def test_unknown_scope():
    with pytest.raises(UserError, match=r"unknown scope 'local'; allowed: global, stack, layer"):
        groups("local", ANATOMY.parameters)


def chosen(anatomy: Anatomy = ANATOMY, **choice: tuple[str, ...]) -> list[str]:
    return [p.name for p in prunable(anatomy, **choice)]


def test_prunable_sets():
    assert chosen() == [p.name for p in ANATOMY.parameters if p.set == "matrices"]
    assert chosen(sets=("embeddings", "pooler")) == ["words", "pooler.weight"]
    assert chosen(sets=()) == []


def test_prunable_globs():
    assert chosen(sets=("pooler",), also=("classifier.*", "lm_*")) == [
        "words",
        "pooler.weight",
        "classifier.weight",
    ]
    assert chosen(sets=("pooler",), also=("classifier.*",), never=("*.weight",)) == []
    # excluding what was not chosen is no mistake, as long as it is there
    assert chosen(sets=("pooler",), never=("words",)) == ["pooler.weight"]


def test_prunable_refuses():
    with pytest.raises(UserError, match="unknown parameter set 'heads'; allowed: matrices, biases"):
        prunable(ANATOMY, sets=("heads",))
    for choice in ({"also": ("nothing*",)}, {"never": ("nothing*",)}):
        with pytest.raises(UserError, match=r"no parameter of ToyModel matches 'nothing\*'; .*,"):
            prunable(ANATOMY, **choice)
    small = replace(ANATOMY, parameters=ANATOMY.parameters[:2])
    with pytest.raises(UserError, match=r"its parameters: words, encoder.0.self.query.weight$"):
        prunable(small, also=("x",))


@pytest.mark.parametrize("family", ["bert", "marian"])
def test_the_anatomy_of_real_models(family):
    if family == "bert":
        config = BertConfig(
            vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=12, max_position_embeddings=8,
        )  # fmt: skip
        model, n_heads = BertForSequenceClassification(config), 4
    else:
        config = MarianConfig(
            vocab_size=20, d_model=8, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=12,
            encoder_attention_heads=2, decoder_attention_heads=2, decoder_ffn_dim=12,
            max_position_embeddings=8, pad_token_id=0, decoder_start_token_id=0,
        )  # fmt: skip
        model, n_heads = MarianMTModel(config), 6
    found = anatomy(model)
    mask = Mask.ones(found.parameters)
    mask.check(model)
    for scope in SCOPES:
        regions = groups(scope, found.parameters)
        sizes = [mask[r.name][r.index].numel() for g in regions.values() for r in g]
        assert sum(sizes) == found.count()
    heads = [name for name in groups("head", found.parameters) if ".head" in name]
    assert len(heads) == n_heads
    assert all(p.set == "matrices" for p in prunable(found))
