"""Cut models come back as they were, and no other way than rightly; all families."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from anatomy.test_contract import removable
from anatomy.tiny import CASES, Case, bert_config, outputs
from tombola.anatomy import (
    AllHeadsRemoved,
    Gates,
    anatomy,
    empty_model,
    gated,
    inspect,
    load_model,
    remove,
    save,
)
from tombola.anatomy.locate import base_prefix, layer_paths, plan_of
from tombola.anatomy.saved.manifest import weights_checksum
from tombola.anatomy.surgery.record import KEY
from tombola.errors import UserError

each_class = pytest.mark.parametrize("case", CASES, ids=str)


def can_lose_layers(model: nn.Module) -> bool:
    return not any(stack.layer_removal for stack in plan_of(model).stacks)


def uneven(case: Case) -> Any:
    """Something of everything removed, otherwise in every layer."""
    model = case.model()
    body = anatomy(model)
    # One layer alone is always even: only where there are two stacks can a layer go.
    layers = {body.stacks[-1].name: [1]} if len(body.stacks) == 2 else {}
    return remove(
        model,
        removable(body),
        [f"{body.stacks[0].name}.0.mlp"],
        {b.name: range(1 + b.layer) for b in body.mlps},
        layers,
    )


def plain_load(model: Any, folder: Path) -> Any:
    return getattr(transformers, type(model).__name__).from_pretrained(folder).eval()


@each_class
def test_uneven_models_come_back(case: Case, tmp_path: Path) -> None:
    model, inputs = uneven(case), case.inputs()
    expected = outputs(model, inputs)
    folder = save(model, tmp_path / "cut")
    back = load_model(folder)
    assert type(back) is type(model)
    assert torch.equal(outputs(back, inputs), expected)
    saved, loaded = model.config.to_dict(), back.config.to_dict()
    for told in ("architectures", "dtype", "transformers_version", "_name_or_path"):
        saved.pop(told, None), loaded.pop(told, None)
    assert loaded == saved
    assert anatomy(back) == anatomy(model)
    assert inspect(folder).blocks == inspect(back).blocks
    assert anatomy(empty_model(folder)) == anatomy(model)
    again = load_model(save(back, tmp_path / "again"))
    assert torch.equal(outputs(again, inputs), expected)

    assert not model.config.to_dict()[KEY]["plain"]
    with pytest.raises(RuntimeError):
        plain_load(model, folder)


@each_class
def test_what_transformers_saves_comes_back_too(case: Case, tmp_path: Path) -> None:
    model, inputs = uneven(case), case.inputs()
    model.save_pretrained(tmp_path)
    assert torch.equal(outputs(load_model(tmp_path), inputs), outputs(model, inputs))


@each_class
def test_even_models_load_plainly(case: Case, tmp_path: Path) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    stacks = plan_of(model).stacks
    neurons = {b.name: range(0, b.n_neurons, 2) for b in body.mlps}
    # the last layer: a first layer differs from the others in some families
    layers = {s.name: [len(s.layers) - 1] for s in body.stacks} if can_lose_layers(model) else {}
    says_heads = all(stack.settings.head_dim for stack in stacks)
    alike = {b.name: range(b.group) for b in body.attention} if says_heads else {}
    even = remove(model, alike, neurons=neurons, layers=layers)
    assert even.config.to_dict()[KEY]["plain"]
    folder = save(even, tmp_path / "even")
    for back in (plain_load(even, folder), load_model(folder)):
        assert torch.equal(outputs(back, inputs), outputs(even, inputs))
        assert anatomy(back) == anatomy(even)
    gates = Gates.ones(body, neurons=True).closed(alike, neurons=neurons)
    if not layers:
        with gated(model, gates):
            expected = outputs(model, inputs)
        torch.testing.assert_close(outputs(even, inputs), expected, rtol=1e-5, atol=1e-5)


@each_class
def test_removed_layers_are_passed_over(case: Case, tmp_path: Path) -> None:
    """A pre-norm layer whose blocks are closed passes its input on; others are left out by hand."""
    model, inputs = case.model(), case.inputs()
    if not can_lose_layers(model):
        with pytest.raises(UserError, match="no layer can be removed, because"):
            remove(model, layers={anatomy(model).stacks[0].name: [0]})
        return
    if "T5" in case.architecture:
        with pytest.raises(UserError, match="if the encoder has as many"):
            remove(model, layers={"encoder": [1]})
        model = remove(model, layers={"decoder": [1]})  # and then it can
    for stack in anatomy(model).stacks:
        if len(stack.layers) == 1:
            continue
        for index in range(len(stack.layers)):
            if index == 0 and case.architecture.startswith("ModernBert"):
                with pytest.raises(UserError, match="layer 0 cannot be removed, because"):
                    remove(model, layers={stack.name: [0]})
                continue
            smaller = remove(model, layers={stack.name: [index]})
            # DeBERTa's convolution follows whichever layer is the first.
            if not (index == 0 and getattr(model.config, "conv_kernel_size", 0)):
                by_hand = copy.deepcopy(model)
                skip(by_hand, stack.name, index)
                torch.testing.assert_close(outputs(smaller, inputs), outputs(by_hand, inputs))
            folder = save(smaller, tmp_path / f"{stack.name}{index}")
            assert torch.equal(outputs(load_model(folder), inputs), outputs(smaller, inputs))


def skip(model: nn.Module, name: str, index: int) -> None:
    """Make a layer hand on what it is given, with a hook; T5's position bias still comes out."""
    plan = next(stack for stack in plan_of(model).stacks if stack.name == name)
    layer = model.get_submodule(layer_paths(model, plan, base_prefix(model))[index])

    def hand_on(module: nn.Module, args: Any, kwargs: Any, output: Any) -> Any:
        names = ("hidden_states", "x", "query")
        given = args[0] if args else next(kwargs[n] for n in names if n in kwargs)
        return (given, *output[1:]) if isinstance(output, tuple) else given

    layer.register_forward_hook(hand_on, with_kwargs=True)


@each_class
def test_all_heads_of_a_layer(case: Case, tmp_path: Path) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    first = next(iter(body.attention))
    if first.head_removal == "never":
        with pytest.raises(UserError, match="cannot be removed, because"):
            remove(model, {first.name: range(first.n_heads)})
        return
    blocks = [first]
    if first.head_removal != "freely":
        blocks = [b for b in body.attention if (b.stack, b.kind) == (first.stack, first.kind)]
        with pytest.raises(UserError, match="because"):
            remove(model, {first.name: range(first.n_heads)})
    gone = {b.name: range(b.n_heads) for b in blocks}
    with pytest.warns(AllHeadsRemoved, match=first.name):
        smaller = remove(model, gone)
    with gated(model, Gates.ones(body).closed(gone)):
        expected = outputs(model, inputs)
    torch.testing.assert_close(outputs(smaller, inputs), expected, rtol=1e-5, atol=1e-5)
    back = load_model(save(smaller, tmp_path / "none"))
    assert torch.equal(outputs(back, inputs), outputs(smaller, inputs))
    # what says nothing learns nothing, and can be removed again
    loss = outputs(smaller, inputs).square().mean()
    loss.backward()
    left = {b.name: b for b in anatomy(smaller).attention}[first.name]
    output = smaller.get_submodule(left.modules["output"]).weight
    assert not output.any()
    assert output.grad is None or not output.grad.any()
    with pytest.warns(AllHeadsRemoved):
        again = remove(smaller, {b.name: range(left.n_heads) for b in blocks})
    assert again.config.to_dict()[KEY] == smaller.config.to_dict()[KEY]


@pytest.mark.parametrize("case", [c for c in CASES if c.can_generate], ids=str)
def test_cut_models_generate_after_reload(case: Case, tmp_path: Path) -> None:
    model = uneven(case)
    given = {k: v for k, v in case.inputs().items() if not k.startswith("decoder")}

    def generate(model: Any) -> Tensor:
        found: Tensor = model.generate(**given, num_beams=3, max_new_tokens=6, use_cache=True)
        return found

    back = load_model(save(model, tmp_path / "cut"))
    assert torch.equal(generate(back), generate(model))


def test_a_group_of_heads_goes_whole() -> None:
    model = next(c for c in CASES if c.architecture == "LlamaForCausalLM").model()
    with pytest.raises(UserError, match="heads 0 to 1 share keys and values"):
        remove(model, {"decoder.0.self": [0]})


# ---------------------------------------------------------------- manifests


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    model = Case("BertForSequenceClassification", bert_config).model()
    return save(remove(model, {"encoder.0.self": [1]}), tmp_path / "cut")


def refusal(source: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_model(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_manifest_edited_by_hand(cut: Path) -> None:
    path = cut / "surgery.json"
    content = json.loads(path.read_text())
    content["removed"]["heads"] = {"encoder.0.self": [0, 1, 2]}
    path.write_text(json.dumps(content))
    assert "was edited" in refusal(cut)
    for broken in ("", "{", "[]", "3", '{"format": 2}', '{"format": 1}'):
        path.write_text(broken)
        assert "surgery.json" in refusal(cut)


def test_a_cut_model_is_trained_and_saved_into_its_own_folder(cut: Path) -> None:
    weights = cut / "model.safetensors"
    before, model = weights_checksum(weights), load_model(cut)
    with torch.no_grad():
        model.classifier.bias.add_(1e-3)
    model.save_pretrained(cut)
    assert weights_checksum(weights) != before
    assert torch.equal(load_model(cut).classifier.bias, model.classifier.bias)


def test_a_manifest_and_a_configuration_that_disagree(cut: Path) -> None:
    other = remove(load_model(cut), {"encoder.1.self": [0]})
    shutil.copy(cut / "surgery.json", cut.parent / "kept.json")
    other.save_pretrained(cut)
    (cut / "surgery.json").write_text((cut.parent / "kept.json").read_text())
    assert "config.json" in refusal(cut)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (3, "not an object"),
        ({"limbs": {}}, "unknown key 'limbs'"),
        ({"heads": {"encoder.0.self": [0, 9]}}, "4 heads"),
        ({"heads": {"encoder.0.self": [2, 1]}}, "rising"),
        ({"heads": {"encoder.7.self": [0]}}, "no attention block"),
        ({"heads": {"self": [0]}}, "no block"),
        ({"neurons": {"encoder.0.mlp": 99}}, "24 neurons"),
        ({"neurons": {"encoder.0.mlp": "all"}}, "no number"),
        ({"layers": {"encoder": [5]}}, "2 layers"),
        ({"layers": {"tail": [0]}}, "no stack"),
        ({"whole": []}, "whole"),
        ({"plain": 1}, "plain"),
    ],
)
def test_records_that_are_refused(cut: Path, record: Any, said: str) -> None:
    (cut / "surgery.json").unlink()
    path = cut / "config.json"
    config = json.loads(path.read_text())
    config[KEY] = record
    path.write_text(json.dumps(config))
    assert said in refusal(cut)


def test_a_record_that_does_not_fit_the_weights(cut: Path) -> None:
    (cut / "surgery.json").unlink()
    path = cut / "config.json"
    config = json.loads(path.read_text())
    config[KEY]["heads"] = {"encoder.0.self": [0]}
    path.write_text(json.dumps(config))
    assert "shape" in refusal(cut)


def test_a_cut_model_comes_from_the_hub(cut: Path, tmp_path: Path) -> None:
    """By an id, from the hub's own cache, as it would be after a download."""
    cached, commit = tmp_path / "hub" / "models--someone--cut", "0" * 40
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text(commit)
    shutil.copytree(cut, cached / "snapshots" / commit)
    code = (
        "import tombola; m = tombola.load('someone/cut').model;"
        "print(m.bert.encoder.layer[0].attention.self.query.weight.shape[0], type(m).__name__)"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_HUB_CACHE", None)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment
        )

    done = run()
    assert done.stdout.split() == ["12", "BertForSequenceClassification"], done.stderr
    manifest = cached / "snapshots" / commit / "surgery.json"
    manifest.write_text(manifest.read_text().replace("heads", "limbs"))
    assert "was edited" in run().stderr


def test_the_page_says_how_to_load(cut: Path) -> None:
    page = (cut / "README.md").read_text()
    assert "tombola.load('cut')" in page
    assert "encoder.0.self: heads 0, 2, 3" in page
    even = remove(load_model(cut), {"encoder.0.self": []}, neurons={"encoder.0.mlp": [0]})
    assert "tombola.load" in (save(even, cut.parent / "other") / "README.md").read_text()


@pytest.mark.parametrize("architecture", ["BertModel", "LlamaModel"])
def test_transformers_makes_no_uneven_model_of_these_families(architecture: str) -> None:
    """Where this fails, a cut may be written as `per_layer_config` and load without tombola."""
    uneven = pytest.importorskip("transformers.integrations.heterogeneity")
    kind = getattr(transformers, architecture)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2}
    config = kind.config_class(
        **sizes, intermediate_size=32, vocab_size=20, per_layer_config={0: {"intermediate_size": 8}}
    )
    with pytest.raises(uneven.AmbiguousGlobalPerLayerAttributeError):
        kind(config)
