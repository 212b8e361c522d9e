"""What is told of a model, against counts made in other ways and against the literature."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file, save_file
from transformers import AlbertConfig, BertConfig, LlamaConfig

import realdata
from anatomy.tiny import CASES, Case, bert_config, marian_config, transformer_big
from tombola.anatomy import Inspection, anatomy, empty_model, load_model, remove
from tombola.errors import UserError
from tombola.verbs import inspect
from tombola.verbs.inspection.text import render


def shown(inspection: Inspection, width: int = 80) -> list[str]:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(render(inspection))
    return capture.get().splitlines()


def zero_some(model: torch.nn.Module, seed: int = 4) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "layer" in name or "h." in name:  # of GPT-2
                p *= torch.rand(p.shape, generator=generator) > 0.3


def test_transformer_big() -> None:
    found = inspect(transformer_big())
    assert {name: count.n for name, count in found.sets.items()} == {
        "matrices": 176_160_768,
        "biases": 135_168,
        "norms": 61_440,
        "embeddings": 33_554_432,
        "pooler": 0,
        "task_head": 0,
    }
    assert found.total.n == 209_911_808
    assert found.total.zeros is None
    assert found.total.sparsity is None
    assert [len(names) for names in found.tied] == [4]
    assert set(found.fixed.values()) == {(1024, 1024)}
    text = "\n".join(shown(found))
    for number in ("209,911,808", "33,554,432", "176,160,768", "135,168", "61,440"):
        assert number in text
    assert "0-5" in text
    assert "zeros" not in text.replace("entries and zeros", "")


def test_bert_base() -> None:
    """84,934,656 entries: 12 layers of four 768 × 768 and two 768 × 3,072 matrices."""
    found = inspect(BertConfig())
    assert found.sets["matrices"].n == 84_934_656
    assert found.total.n == 109_482_240
    assert sum(block.count.n for block in found.blocks) == 84_934_656


@pytest.mark.parametrize("case", CASES, ids=str)
def test_zeros_of_a_live_model_and_of_its_folder(case: Case, tmp_path: Path) -> None:
    model: Any = case.model()
    zero_some(model)
    model.save_pretrained(tmp_path)
    live, stored = inspect(model), inspect(tmp_path)
    assert live.to_dict() | {"source": ""} == stored.to_dict() | {"source": ""}

    body = anatomy(model)
    zeros = {p.name: int((model.get_parameter(p.name) == 0).sum()) for p in body.parameters}
    assert live.total.zeros == sum(zeros.values())
    for name, count in live.sets.items():
        assert count.zeros == sum(zeros[p.name] for p in body.in_sets([name]))
    for row, block in zip(live.blocks, body.blocks, strict=True):
        expected = [zeros[f"{path}.weight"] for path in block.modules.values()]
        assert [matrix.count.zeros for matrix in row.matrices] == expected
        assert row.count.zeros == sum(expected)
        assert 0.2 < (row.count.sparsity or 0) < 0.4
    assert json.loads(json.dumps(live.to_dict())) == live.to_dict()


def test_a_configuration_has_no_sparsity(tmp_path: Path) -> None:
    bert_config(architectures=["BertForMaskedLM"]).save_pretrained(tmp_path)
    for source in (tmp_path, tmp_path / "config.json", bert_config()):
        found = inspect(source)
        assert found.total.zeros is None
        assert all(block.count.sparsity is None for block in found.blocks)
    assert inspect(empty_model(tmp_path)).total.zeros is None


def test_checkpoints_with_other_prefixes_and_old_names(tmp_path: Path) -> None:
    """A bare checkpoint under a configuration with a head, and the reverse, and gamma and beta."""
    model: Any = Case("BertForSequenceClassification", bert_config).model()
    zero_some(model)
    model.save_pretrained(tmp_path)
    expected = inspect(tmp_path)
    path, config = tmp_path / "model.safetensors", tmp_path / "config.json"
    tensors = load_file(path)

    renamed = {
        name.removeprefix("bert.")
        .replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in tensors.items()
        if not name.startswith("classifier")
    }
    save_file(renamed, path, metadata={"format": "pt"})
    bare = inspect(tmp_path)
    assert bare.blocks == expected.blocks
    assert bare.sets["norms"] == expected.sets["norms"]
    assert bare.sets["task_head"].zeros is None  # the head is not in the file
    assert bare.total.zeros is None

    save_file(tensors, path, metadata={"format": "pt"})
    config.write_text(config.read_text().replace("BertForSequenceClassification", "BertModel"))
    headless = inspect(tmp_path)
    assert headless.blocks == expected.blocks
    assert headless.sets["task_head"].n == 0
    assert headless.total.zeros is not None


def test_a_model_with_removed_parts_is_described_as_it_is() -> None:
    model: Any = Case("MarianMTModel", marian_config).model()
    smaller = remove(model, {"encoder.1.self": [0, 2]}, ["decoder.0.mlp"])
    rows = {(row.stack, row.layer, row.kind): row for row in inspect(smaller).blocks}
    assert rows["encoder", 1, "self"].heads == 2
    assert [m.shape for m in rows["encoder", 1, "self"].matrices] == [(8, 16)] * 3 + [(16, 8)]
    assert rows["decoder", 0, "mlp"].neurons == 0
    assert rows["decoder", 0, "mlp"].count.sparsity is None
    assert "0 neurons" in "\n".join(shown(inspect(smaller)))


@pytest.mark.parametrize("width", [80, 100])
def test_what_is_shown_fits(width: int) -> None:
    model = load_model(bert_config(num_hidden_layers=12), "sequence-classification")
    zero_some(model)
    for source in (transformer_big(), BertConfig(), model):
        lines = shown(inspect(source), width)
        assert max(map(len, lines)) <= width
        assert not any("…" in line for line in lines)


def test_layers_that_look_alike_share_a_line() -> None:
    model: Any = load_model(bert_config(num_hidden_layers=6))
    lines = shown(inspect(remove(model, {"encoder.2.self": [0]})), width=120)
    names = [line.replace("│", " ").strip("├└─ ") for line in lines]
    assert [name for name in names if name.startswith("layer") and name[-1].isdigit()] == [
        "layers 0-1",
        "layer 2",
        "layers 3-5",
    ]
    assert len(shown(inspect(BertConfig(num_hidden_layers=48)))) == len(
        shown(inspect(BertConfig()))
    )


def test_shared_layers_and_shared_keys_are_told() -> None:
    shared = "\n".join(shown(inspect(AlbertConfig(num_hidden_layers=7))))
    assert "used 7 times" in shared
    grouped = inspect(LlamaConfig(num_hidden_layers=3, num_key_value_heads=8))
    assert [(b.heads, b.key_heads) for b in grouped.blocks if b.kind == "self"] == [(32, 8)] * 3
    assert "32 heads × 128, keys of 8" in "\n".join(shown(grouped))


def test_a_source_s_name_is_no_markup(tmp_path: Path) -> None:
    folder = tmp_path / "[bold]x[/nothing]"
    bert_config().save_pretrained(folder)
    assert "[bold]x[/nothing]" in "".join(shown(inspect(folder), 200))


def test_the_real_encoder() -> None:
    found = inspect(realdata.minilm())
    assert found.total.n == 22_713_216
    assert found.sets["matrices"].n == 10_616_832
    tensors = load_file(realdata.minilm() / "model.safetensors")
    del tensors["embeddings.position_ids"]
    assert found.total.n == sum(t.numel() for t in tensors.values())
    assert found.total.zeros == sum(int((t == 0).sum()) for t in tensors.values())


def test_what_a_family_cannot_do_is_said() -> None:
    cases = {case.architecture: case for case in CASES}
    for architecture, said in {
        "T5ForConditionalGeneration": "only if the same ones go from every layer, because",
        "Phi3ForCausalLM": "only in equal number from every layer, because",
        "FSMTForConditionalGeneration": "gated, but not removed, because",
        "LlamaForCausalLM": "share keys and values by 2",
        "AlbertModel": "no layer can be removed, because",
        "ModernBertForMaskedLM": "layer 0 cannot be removed, because",
    }.items():
        found = inspect(cases[architecture].model())
        assert any(said in line for line in found.limits)
        assert said.split(",")[0] in " ".join(shown(found, 200))
    assert inspect(cases["BertModel"].model()).limits == ()


def test_what_is_left_is_said() -> None:
    model = Case("BertForSequenceClassification", bert_config).model()
    found = inspect(remove(model, {"encoder.1.self": [0]}, ["encoder.0.mlp"]))
    assert found.left == ("encoder.1.self: heads 1, 2, 3", "encoder.0.mlp: nothing")
    assert "encoder.0.mlp: nothing" in str(found)


def test_more_layers_than_anyone_builds_are_refused_at_once(tmp_path: Path) -> None:
    config = BertConfig(num_hidden_layers=10**9)
    with pytest.raises(UserError, match="num_hidden_layers is 1,000,000,000; allowed: at most 10"):
        empty_model(config)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2", "n_layer": 10**9}))
    for load in (empty_model, load_model):
        with pytest.raises(UserError, match="n_layer is 1,000,000,000; allowed: at most 10,000"):
            load(tmp_path)
