"""Studies that begin at tickets, and limits that are found before any work."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

import tombola
from study.small import SUBJECTS, VERBS, cola_folder, of, ran, raw
from tombola import tables
from tombola.errors import UserError
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.stage import Stage
from tombola.tickets import load

SHORT = {"steps": 2, "batch_size": 8, "learning_rate": 0.01}


def value(tmp_path: Path, model: dict[str, Any], **steps: dict[str, Any]) -> dict[str, Any]:
    """A study of one model, by accuracy: Matthews of a few steps is often 0."""
    found = raw(cola_folder(tmp_path / "cola"))
    found["tasks"]["toy"]["metric"] = "accuracy"
    found["models"]["bert"] = model
    found["steps"] = {"dense": {**found["steps"]["dense"], "training": SHORT}, **steps}
    return found


def planned(study: dict[str, Any], *changes: str) -> tuple[Stage, ...]:
    recipe = of(study, *changes)
    return plan(recipe, Library(recipe))


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ticket of a trained model, half of whose matrices' weights are gone."""
    tmp_path = tmp_path_factory.mktemp("half")
    new = raw(tmp_path)["models"]["bert"]
    out = ran(value(tmp_path, new), tmp_path / "out")
    source = next((out / "stages").glob("dense-*")) / "model"
    ticket = tombola.prune(source, 0.5)
    assert "score" not in ticket.provenance
    return ticket.save(tmp_path / "half")


def test_every_step_holds_the_mask_of_the_ticket_that_it_begins_at(half: Path, tmp_path: Path):
    rounds = {"do": "rounds", "of": "dense", "criterion": "random", "rounds": 1}
    study = value(
        tmp_path,
        {"load": str(half)},
        tickets={**rounds, "pruning": {"amount": 0.4}, "rewind": {"weights": "start"}},
        drawn={"do": "draw", "of": "bert", "task": "toy", "amount": 0.7, "criterion": "random"},
        further={"do": "draw", "of": "drawn", "amount": 0.8},
        loop={"do": "prune-while", "of": "dense", "share": 0.1, "turns": 1},
        parts={"do": "prune-parts", "of": "dense", "share": 0.1, "what": "heads"},
        lot={"do": "subnetwork", "of": "tickets", "choose": "random", "unit": "weights"},
    )
    out = ran(study, tmp_path / "out")
    first = load(half).mask
    known = tables.read(out / "tables", "models").set_index("step")
    expected = {"dense": 0.5, "tickets": 0.7, "drawn": 0.7, "further": 0.8, "loop": 0.55}
    assert known.loc["lot", "sparsity"] == pytest.approx(1 - 0.3 * 0.5, abs=0.03)
    for step, sparsity in expected.items():
        assert known.loc[step, "sparsity"] == pytest.approx(sparsity, abs=1e-3)
    for folder in (out / "stages").iterdir():
        mask = load(folder / "model").mask
        assert all((mask[name] & ~first[name]).sum() == 0 for name in first)
    facts = tables.read(out / "tables", "stages").set_index("step")["facts"].map(json.loads)
    assert facts["dense"]["models"]["model"]["held"] == "mask"
    assert facts["further"]["from"] == "ticket"


def test_zeros_without_a_mask_are_asked_about(half: Path, tmp_path: Path):
    load(half).model.save_pretrained(tmp_path / "plain")
    load(half).tokenizer.save_pretrained(tmp_path / "plain")
    model = {"load": str(tmp_path / "plain")}
    with pytest.raises(UserError, match=r"50\.0% .* are zero.*mask: kept.*mask: grows"):
        run_study(of(value(tmp_path, model)), tmp_path / "asked", engine="serial")
    for mask, zeros in (("kept", 0.5), ("grows", 0.0)):
        out = ran(value(tmp_path, {**model, "mask": mask}), tmp_path / mask)
        left = tombola.inspect(next((out / "stages").iterdir()) / "model").sets["matrices"]
        assert left.sparsity == pytest.approx(zeros, abs=1e-3)


def test_pruning_while_training_does_not_take_a_mask_over(half: Path, tmp_path: Path):
    study = value(tmp_path, {"load": str(half)})
    study["steps"]["dense"]["sparsify"] = {"amount": 0.7, "end": 1}
    with pytest.raises(UserError, match="mask: grows"):
        planned(study)


@pytest.mark.parametrize("pad", [None, "<e>"])
def test_a_decoder_without_a_token_to_pad_with_goes_through(pad: str | None, tmp_path: Path):
    words = sorted({word for text in (*SUBJECTS, *VERBS) for word in text.split()})
    numbers = {word: i for i, word in enumerate(["<u>", "<e>", ".", *words])}
    reader = Tokenizer(models.WordLevel(numbers, unk_token="<u>"))
    reader.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=reader, unk_token="<u>", eos_token="<e>", pad_token=pad
    )
    config = GPT2Config(
        vocab_size=len(numbers), n_embd=16, n_layer=1, n_head=2, n_positions=64,
        bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(tmp_path / "gpt2")
    tokenizer.save_pretrained(tmp_path / "gpt2")
    ran(value(tmp_path, {"load": str(tmp_path / "gpt2")}), tmp_path / "out")


def test_texts_beyond_a_models_positions_are_refused_before_work(tmp_path: Path):
    new = {**raw(tmp_path)["models"]["bert"]["new"], "max_position_embeddings": 6}
    study = value(tmp_path, {"new": new})
    with pytest.raises(UserError, match=r"longer than the 6 positions .* say at most 6"):
        planned(study)
    assert planned(study, "toy.max_tokens=6")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seeds=[18446744073709551616]", "below 2"),
        ("toy.train=1180591620717411303424", "less than"),
        ("bert.new.torch_dtype=[a]", "unknown key"),
        ("bert.new.hidden_size={a: 1}", "int"),
        ("bert.new.id2label=3", "configuration"),
        ("dense.training.schedule=inverse-sqrt", "warmup"),
        ("toy.folder=" + "x" * 10_000, "no such file"),
    ],
)
def test_what_no_study_can_do_is_refused_in_a_line(change: str, said: str, tmp_path: Path):
    new = raw(tmp_path)["models"]["bert"]
    with pytest.raises(UserError, match=said) as refused:
        planned(value(tmp_path, new), change)
    assert len(str(refused.value)) < 700
    assert "\n" not in str(refused.value)
