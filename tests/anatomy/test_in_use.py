"""Gated and cut models in the hands of what people use: autocast, checkpointing, compile, …"""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import pipeline

from anatomy.tiny import CASES, Case, bert_config, outputs
from tombola.anatomy import (
    Gates,
    anatomy,
    gate_gradients,
    gated,
    load_model,
    push_to_hub,
    remove,
    save,
)
from tombola.errors import UserError
from tombola.tasks import word_tokenizer

BERT = Case("BertForSequenceClassification", bert_config)
of = {case.architecture: case for case in CASES}
MARIAN, T5, LLAMA, GPT2 = (
    of[name]
    for name in (
        "MarianMTModel",
        "T5ForConditionalGeneration",
        "LlamaForCausalLM",
        "GPT2LMHeadModel",
    )
)
some = pytest.mark.parametrize("case", [BERT, MARIAN, T5, LLAMA], ids=str)


def closed_gates(model: Any) -> Gates:
    body = anatomy(model)
    return Gates.ones(body).closed({b.name: [0] for b in body.attention})


@some
def test_autocast(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        expected = outputs(model, inputs)
        with gated(model, Gates.ones(anatomy(model), neurons=True)):
            assert torch.equal(outputs(model, inputs), expected)
        with gated(model, closed_gates(model)):
            assert not torch.equal(outputs(model, inputs), expected)
        found = gate_gradients(model, lambda: outputs(model, inputs).float().square().mean(1), 3)
    exact = gate_gradients(model, lambda: outputs(model, inputs).square().mean(1), 3)
    for name, gradient in found.heads.items():
        assert gradient.dtype == torch.float32
        alike = torch.cosine_similarity(gradient.flatten(), exact.heads[name].flatten(), dim=0)
        assert alike > 0.95


@some
def test_gradient_checkpointing(case: Case) -> None:
    model, inputs = case.model(), case.inputs()

    def gradients() -> list[Tensor]:
        found = gate_gradients(model, lambda: outputs(model, inputs).square().mean(1), 3)
        return list(found.to_dict().values())

    expected = gradients()
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    model.gradient_checkpointing_enable({"use_reentrant": False})
    assert model.is_gradient_checkpointing
    for found, exact in zip(gradients(), expected, strict=True):
        torch.testing.assert_close(found, exact, rtol=1e-4, atol=1e-5)


@some
def test_compiled_models_see_gates_and_forget_them(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    gates = closed_gates(model)
    expected = outputs(model, inputs)
    with gated(model, gates):
        closed = outputs(model, inputs)
    compiled = torch.compile(model, backend="eager")
    with torch.no_grad():
        torch.testing.assert_close(outputs(compiled, inputs), expected, rtol=1e-4, atol=1e-5)
        for target in (compiled, model):
            with gated(target, gates):
                torch.testing.assert_close(outputs(compiled, inputs), closed, rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(outputs(compiled, inputs), expected, rtol=1e-4, atol=1e-5)
    torch.compiler.reset()


@some
def test_cut_models_are_plain_modules(case: Case, tmp_path: Path) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    group = {b.name: range(b.group) for b in body.attention}
    cut = load_model(
        save(remove(model, group, neurons={b.name: [0] for b in body.mlps}), tmp_path / "cut")
    )
    expected = outputs(cut, inputs)
    assert torch.equal(outputs(copy.deepcopy(cut), inputs), expected)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in cut.modules())
    there = cut.to("meta")
    assert all(p.is_meta for p in there.parameters())
    cut = load_model(tmp_path / "cut").to(torch.float64).to(torch.float32)
    assert torch.equal(outputs(cut, inputs), expected)
    optimizer = torch.optim.AdamW(cut.parameters(), lr=1e-2)
    first = outputs(cut, inputs).square().mean()
    for _ in range(3):
        optimizer.zero_grad()
        loss = outputs(cut, inputs).square().mean()
        loss.backward()
        optimizer.step()
    assert loss < first


def test_pipelines(tmp_path: Path) -> None:
    words = word_tokenizer(["a b c d e f g h i j k l m n o p q r s t u v w x y"])
    model = remove(BERT.model(), {"encoder.0.self": [0, 2]}, ["encoder.1.mlp"])
    cut = load_model(save(model, tmp_path / "bert", words))
    found = pipeline("text-classification", model=cut, tokenizer=words, device="cpu")("a b c")
    assert found[0]["label"].startswith("LABEL_")

    words = word_tokenizer(["a b c d e f g h i j k l m n o p q r s t u v w x y"], "translation")
    translator = remove(MARIAN.model(), {"decoder.0.cross": [1]}, neurons={"decoder.1.mlp": [3]})
    spoken = pipeline(
        "text-generation",
        model=remove(GPT2.model(), {"decoder.0.self": [1]}),
        tokenizer=words,
        device="cpu",
    )
    assert "generated_text" in spoken("a b", max_new_tokens=3)[0]
    ids = words("a b c", return_tensors="pt")
    made = translator.generate(**ids, num_beams=2, max_new_tokens=4)
    assert made.shape[0] == 1


def test_push_to_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}

    class Hub:
        def create_repo(self, repository: str, private: bool, exist_ok: bool) -> None:
            sent["repository"] = (repository, private, exist_ok)

        def upload_folder(self, repo_id: str, folder_path: Path) -> str:
            sent["files"] = sorted(path.name for path in folder_path.iterdir())
            sent["page"] = (folder_path / "README.md").read_text()
            return f"https://hub.example/{repo_id}"

    monkeypatch.setattr("tombola.anatomy.saved.folder.HfApi", Hub)
    cut = remove(BERT.model(), {"encoder.0.self": [0]})
    address = push_to_hub(cut, "someone/cut-bert", private=True)
    assert address == "https://hub.example/someone/cut-bert"
    assert sent["repository"] == ("someone/cut-bert", True, True)
    assert sent["files"] == ["README.md", "config.json", "model.safetensors", "surgery.json"]
    assert "tombola.load('someone/cut-bert')" in sent["page"]

    def refuse(*args: Any, **more: Any) -> None:
        raise OSError("no network\nat all")

    monkeypatch.setattr(Hub, "create_repo", refuse)
    with pytest.raises(
        UserError, match="someone/cut-bert: could not be uploaded: no network at all"
    ):
        push_to_hub(cut, "someone/cut-bert")


def test_what_others_keep_is_never_written_to() -> None:
    model, inputs, seen = BERT.model(), BERT.inputs(), []
    mlp = model.bert.encoder.layer[0].intermediate
    mlp.register_forward_hook(lambda module, args, output: seen.append(output))
    closed = Gates.ones(anatomy(model), neurons=True).closed(neurons={"encoder.0.mlp": range(24)})
    with torch.no_grad():
        outputs(model, inputs)
        with gated(model, closed):
            outputs(model, inputs)
    assert torch.equal(*seen)


def test_gate_gradients_ask_for_a_loss_of_each_example() -> None:
    model, inputs = BERT.model(), BERT.inputs()
    ways = {
        "mean": lambda: outputs(model, inputs).square().mean(),
        "two of three": lambda: outputs(model, inputs).square().mean(1)[:2],
        "per token": lambda: outputs(model, inputs).square(),
    }
    for losses in ways.values():
        with pytest.raises(UserError, match=r"the shape \(3,\), not"):
            gate_gradients(model, losses, 3)
    with pytest.raises(UserError, match="do not depend on the model"):
        gate_gradients(model, lambda: torch.zeros(3), 3)
    with torch.inference_mode(), pytest.raises(UserError, match="inference_mode"):
        gate_gradients(model, lambda: outputs(model, inputs).square().mean(1), 3)
    exact = gate_gradients(model.double(), lambda: outputs(model, inputs).square().mean(1), 3)
    assert exact.heads["encoder.0.self"].dtype == torch.float64
