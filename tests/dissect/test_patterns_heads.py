"""Heads add up to what their block gives, in every family, with slices the right way round."""

import pytest
import torch
import transformers

from anatomy import tiny
from anatomy.tiny import AllDouble, Case, doubled
from tombola.dissect.patterns.attention import head_maps, heads_of
from tombola.dissect.patterns.weighting import SCALES
from tombola.dissect.representations import showing_attention
from tombola.errors import UserError

INNER_GROUPS = "inner_group_num=2"
READ = [
    case
    for case in tiny.CASES
    if case.feed not in ("image", "decoder") and INNER_GROUPS not in str(case)
]


def fed(case: Case) -> dict[str, torch.Tensor]:
    inputs = case.inputs()
    if case.feed == "seq2seq":
        mask = torch.ones_like(inputs["decoder_input_ids"])
        mask[0, -1] = 0
        inputs["decoder_attention_mask"] = mask
    return doubled(inputs)


def kept(model: torch.nn.Module, path: str, into: dict[str, list[torch.Tensor]], key: str) -> None:
    def keep(module: torch.nn.Module, args: tuple[object, ...], output: torch.Tensor) -> None:
        into.setdefault(key, []).append(output)

    model.get_submodule(path).register_forward_hook(keep)


@pytest.mark.parametrize("case", READ, ids=str)
def test_what_heads_make_of_tokens_adds_up_to_what_the_block_gives(case: Case) -> None:
    model, inputs = case.model("eager").double(), fed(case)
    heads = heads_of(model)
    values: dict[str, list[torch.Tensor]] = {}
    outputs: dict[str, list[torch.Tensor]] = {}
    for name, own in heads.items():
        modules = own.located.block.modules
        kept(model, modules[own.value_role], values, name)
        kept(model, modules["output"], outputs, name)
    with AllDouble(), showing_attention(model):
        found = list(head_maps(model, inputs, ("raw", "norm")))
    uses: dict[tuple[str, int], int] = {}
    for one in found:
        own, use = heads[one.block], uses.setdefault((one.block, one.example), 0)
        uses[one.block, one.example] += 1
        stack = own.located.block.stack
        asked = "decoder_attention_mask" if "decoder" in stack and case.feed == "seq2seq" else None
        rows = inputs[asked or "attention_mask"][one.example].bool()
        of_keys = asked if own.located.block.kind == "self" else None
        keys = inputs[of_keys or "attention_mask"][one.example].bool()
        made = own.transformed(values[one.block][use])[one.example][:, keys]  # heads keys width
        each = one.maps["raw"][..., None] * made[:, None]
        bias = model.get_submodule(own.located.block.modules["output"]).bias
        total = each.sum((0, 2)) + (0 if bias is None else bias)
        given = outputs[one.block][use].movedim(own.located.batch_axis, 0)[one.example][rows]
        assert torch.allclose(total, given, rtol=1e-9, atol=1e-10)
        assert torch.allclose(one.maps["norm"], each.norm(dim=-1), rtol=1e-9, atol=1e-12)
    assert {block for block, _ in uses} == set(heads)


def test_published_slices_do_not_add_up() -> None:
    case = next(c for c in READ if c.architecture == "BertModel")
    model, inputs = case.model("eager").double(), fed(case)
    block = "encoder.0.self"
    own = heads_of(model)[block]
    values: dict[str, list[torch.Tensor]] = {}
    kept(model, own.located.block.modules["value"], values, block)
    with AllDouble(), showing_attention(model):
        found = [m for m in head_maps(model, inputs, ("raw", "as_published")) if m.block == block]
    (made,) = values[block]
    weight = model.get_submodule(own.located.block.modules["output"]).weight
    # as their code has it: a Linear's weight is (out, in), so these are rows of outputs
    slices = weight.view(own.located.block.n_heads, own.located.block.head_dim, weight.shape[1])
    by_hand = torch.einsum("bkhc,hcw->bhkw", own.values(made), slices)
    assert torch.allclose(own.transformed(made, published=True), by_hand)
    assert not torch.allclose(own.transformed(made), by_hand)
    for one in found:
        n = one.maps["raw"].shape[-1]
        scale = by_hand[one.example, :, :n].norm(dim=-1)
        assert torch.allclose(one.maps["as_published"], one.maps["raw"] * scale[:, None])


def test_maps_of_an_example_do_not_depend_on_its_padding() -> None:
    case = next(c for c in READ if c.architecture == "BertModel")
    model, inputs = case.model("eager"), case.inputs()
    alone = {name: value[:1, :-2] for name, value in inputs.items()}
    with showing_attention(model):
        both = [
            [m for m in head_maps(model, given, tuple(SCALES)) if m.example == 0]
            for given in (inputs, alone)
        ]
    for one, other in zip(*both, strict=True):
        assert one.block == other.block
        for weighting in SCALES:
            assert torch.allclose(one.maps[weighting], other.maps[weighting], atol=1e-5)


def test_what_cannot_be_read_is_said() -> None:
    inner = next(c for c in tiny.CASES if INNER_GROUPS in str(c))
    model = inner.model("eager")
    with showing_attention(model), pytest.raises(UserError, match="does not show its attention"):
        list(head_maps(model, inner.inputs()))
    wide = tiny.qwen3(head_dim=8, attn_implementation="eager")
    model = tiny.scramble(transformers.Qwen3ForCausalLM(wide), 0).eval()
    with showing_attention(model), pytest.raises(UserError, match="as many inputs as outputs"):
        list(head_maps(model, READ[0].inputs(), ("as_published",)))
