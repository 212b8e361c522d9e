"""Every parameter of every class has one place, and it is the right one."""

import sys
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.pytorch_utils import Conv1D

from anatomy.tiny import (
    CASES,
    DECODER_HEADS,
    DECODER_NEURONS,
    HEADS,
    NEURONS,
    OTHER_CLASSES,
    WIDTH,
    Case,
    outputs,
)
from tombola.anatomy import SETS, anatomy
from tombola.anatomy.adapters import FAMILIES
from tombola.anatomy.locate import fixed_tables

each_class = pytest.mark.parametrize("case", [*CASES, *OTHER_CLASSES], ids=str)
each_case = pytest.mark.parametrize("case", CASES, ids=str)

NOT_THE_INTERFACE = ("mpnet", "deberta-v2", "fsmt")
"""Families that compute attention without a function that can be exchanged."""


def test_every_family_has_a_case() -> None:
    assert {case.config().model_type for case in CASES} == set(FAMILIES)


@each_class
def test_every_parameter_has_one_place(case: Case) -> None:
    model = case.model()
    body = anatomy(model)
    fixed = fixed_tables(model)
    named = dict(model.named_parameters(remove_duplicate=False))
    claimed = [name for p in body.parameters for name in (p.name, *p.aliases)]
    assert sorted([*claimed, *fixed]) == sorted(named)
    unique = sum(p.numel() for p in model.parameters()) - sum(named[n].numel() for n in fixed)
    assert body.count() == unique == sum(body.count([s]) for s in SETS)
    for p in body.parameters:
        assert p.shape == tuple(named[p.name].shape)
        assert all(named[alias] is named[p.name] for alias in p.aliases)
        assert p.role


@each_class
def test_places_agree_with_names_and_kinds(case: Case) -> None:
    """Against an independent look at the modules themselves."""
    model = case.model()
    body = anatomy(model)
    modules = dict(model.named_modules())
    for p in body.parameters:
        module = modules[p.name.rpartition(".")[0]]
        is_norm = "norm" in type(module).__name__.lower()
        if p.set == "norms":
            assert is_norm, p
        elif p.set in ("matrices", "biases"):
            assert isinstance(module, nn.Conv1d if p.role == "convolution" else nn.Linear | Conv1D)
            assert p.name.endswith("weight" if p.set == "matrices" else "bias")
        elif p.set == "embeddings" and p.role == "projection":
            assert isinstance(module, nn.Linear), p
        elif p.set == "embeddings" and p.role not in ("patch", "class", "mask"):
            assert isinstance(module, nn.Embedding) or p.name.endswith("position_embeddings"), p
        if p.stack is not None:
            deepest = [part for part in p.name.split(".") if part.isdecimal()]
            assert str(p.layer) in deepest or "albert" in body.family


@each_class
def test_what_splits_is_shared_out_whole(case: Case) -> None:
    """Each channel of a matrix in a block is one head's (or group's), or neuron's."""
    model = case.model()
    body = anatomy(model)
    for block in body.blocks:
        units = block.n_heads or block.n_neurons
        for role, path in block.modules.items():
            p = body.parameter(f"{path}.weight")
            taken = torch.zeros(p.shape, dtype=torch.int)
            for unit in range(units):
                for box in p.boxes(unit, units):
                    taken[box] += 1
            shared = block.group if role in ("key", "value") else 1
            assert taken.min() >= 1
            assert taken.max() == shared or role == "query_key_value"
            assert set(taken.unique().tolist()) <= {1, shared, block.group}


@each_class
def test_counts_of_stacks(case: Case) -> None:
    body = anatomy(case.model())
    config: Any = case.config(**dict(case.changes))
    of_two = hasattr(config, "decoder_attention_heads")
    for block in body.blocks:
        is_decoder = of_two and block.stack == "decoder"
        if block.kind == "mlp":
            n = DECODER_NEURONS if is_decoder else NEURONS
            assert (block.n_heads, block.n_key_heads, block.n_neurons) == (0, 0, n)
        else:
            n = DECODER_HEADS if is_decoder else HEADS
            n_keys = getattr(config, "num_key_value_heads", n)
            assert (block.n_heads, block.n_key_heads, block.n_neurons) == (n, n_keys, 0)
            assert block.n_heads * block.head_dim == WIDTH
    for stack in body.stacks:
        depth = sum(layer.n_uses for layer in stack.layers)
        # of ALBERT with inner groups, each use goes through all of them
        assert depth == getattr(config, "num_hidden_layers", 2) * getattr(
            config, "inner_group_num", 1
        )


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.config().model_type not in NOT_THE_INTERFACE], ids=str
)
def test_query_key_and_value_are_what_attention_is_given(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against what reaches the attention function itself, where positions have not turned it yet.

    At the first position rotary embeddings turn by nothing. A scale is let pass, and Qwen3's norms
    of queries and keys are left out.
    """
    model, made, given = case.model(), {}, {}
    body = anatomy(model)
    owner = {
        id(model.get_submodule(block.modules["output"])): block.name for block in body.attention
    }
    code = sys.modules[type(model).__module__]
    is_eager = model.config._attn_implementation == "eager"
    attend = code.eager_attention_forward if is_eager else ALL_ATTENTION_FUNCTIONS["sdpa"]

    def note(module: nn.Module, query: Tensor, key: Tensor, value: Tensor, *rest: Any, **more: Any):  # type: ignore[no-untyped-def]
        children = [id(child) for child in module.modules()]
        name = next((owner[c] for c in children if c in owner), None)
        if name is None:  # BERT's output projection stands beside the module that attends
            name = next(
                b.name
                for b in body.attention
                if model.get_submodule(b.modules["query"]) in module.modules()
            )
        given[name] = {"query": query, "key": key, "value": value}
        return attend(module, query, key, value, *rest, **more)

    if is_eager:
        monkeypatch.setattr(code, "eager_attention_forward", note)
    else:
        monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS._global_mapping, "sdpa", note)
    for block in body.attention:
        for role, path in block.modules.items():

            def keep(m: nn.Module, args: Any, out: Tensor, where: tuple[str, str]) -> None:
                made[where] = out

            hook = partial(keep, where=(block.name, role))
            model.get_submodule(path).register_forward_hook(hook)
    outputs(model, case.inputs())
    for block in body.attention:
        for role, path in block.modules.items():
            if role == "output":
                continue
            weight = body.parameter(f"{path}.weight")
            parts = {"query_key_value": ("query", "key", "value"), "key_value": ("key", "value")}
            for h in range(block.n_heads):
                out = made[block.name, role]
                own = [out[..., box[-1]] for box in weight.boxes(h, block.n_heads)]
                channels = torch.cat(own, dim=-1)
                names = parts.get(role, (role,))
                for name, part in zip(names, channels.chunk(len(names), dim=-1), strict=True):
                    if body.family == "qwen3" and name != "value":
                        continue
                    seen = given[block.name][name]
                    of_head = seen[:, h * seen.shape[1] // block.n_heads, 0]
                    alike = torch.cosine_similarity(of_head, part[:, 0], dim=-1)
                    torch.testing.assert_close(alike, torch.ones_like(alike))


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.config().model_type in ("mpnet", "fsmt")], ids=str
)
def test_query_and_key_are_what_they_say(case: Case) -> None:
    """A shift of all keys moves every score of a query alike, and softmax takes no note of it."""
    model, inputs = case.model(), case.inputs()
    expected = outputs(model, inputs)
    for block in anatomy(model).attention:
        for role in ("query", "key"):
            bias = model.get_submodule(block.modules[role]).bias.detach()
            bias += 1
            shifted = outputs(model, inputs)
            bias -= 1
            if role == "key":
                torch.testing.assert_close(shifted, expected, rtol=1e-4, atol=1e-4)
            else:
                assert (shifted - expected).abs().max() > 1e-3


@each_case
def test_self_and_cross_are_what_they_say(case: Case) -> None:
    """Cross-attention alone has keys of another sequence; the inputs differ in length."""
    model, lengths = case.model(), {}
    blocks = [b for b in anatomy(model).attention if "query" in b.modules]
    token_axis = 0 if anatomy(model).family == "fsmt" else 1
    for block in blocks:
        for role in ("query", "key" if "key" in block.modules else "key_value"):

            def note(module: nn.Module, args: tuple[Tensor], where: tuple[str, str]) -> None:
                # DeBERTa also projects its relative positions, one example of them
                lengths.setdefault(where, args[0].shape[token_axis])

            hook = partial(note, where=(block.name, role.removesuffix("_value")))
            model.get_submodule(block.modules[role]).register_forward_pre_hook(hook)
    outputs(model, case.inputs())
    for block in blocks:
        alike = lengths[block.name, "query"] == lengths[block.name, "key"]
        assert alike == (block.kind == "self")
