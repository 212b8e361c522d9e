"""Where models come from, and every way in which a source is refused."""

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import BloomConfig

import realdata
from anatomy.tiny import CASES, WIDTH, Case, bert_config, marian_config, outputs
from tombola.anatomy import (
    anatomy,
    empty_model,
    hub_commit,
    inspect,
    load_model,
    load_tokenizer,
    read_config,
)
from tombola.errors import UserError
from tombola.tasks import word_tokenizer

BERT = Case("BertForSequenceClassification", bert_config)
MARIAN = Case("MarianMTModel", marian_config, feed="seq2seq")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A BERT with a classifier of three labels, in a folder."""
    BERT.model().save_pretrained(tmp_path / "bert")
    return tmp_path / "bert"


def change(folder: Path, **values: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def tell_tokenizer(folder: Path, **values: Any) -> None:
    path = folder / "tokenizer_config.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, **values}))


def refusal(of: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        of()
    message = str(caught.value)
    assert "\n" not in message
    return message


# ---------------------------------------------------------------- what is given back


def test_code_that_transformers_does_without_is_no_reason_to_refuse(saved: Path) -> None:
    change(saved, auto_map={"AutoModelForSequenceClassification": "own.BertForThis"})
    assert load_model(saved).num_labels == 3


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"tokenizer.model": "no pieces"}, "SentencePiece|damaged"),
        ({"tokenizer.json": "{"}, "no tokenizer can be read"),
        ({"tokenizer_config.json": '{"tokenizer_class": "NoTokenizer"}'}, "damaged"),
    ],
)
def test_a_tokenizer_that_cannot_be_read(saved: Path, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        (saved / name).write_text(text)
    message = refusal(lambda: load_tokenizer(saved))
    assert re.search(said, message)
    assert "tiktoken" not in message


def test_the_commit_of_a_hub_model_is_known_or_it_is_refused(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(path: str) -> str:
        monkeypatch.setattr("tombola.anatomy.hub.read_config", lambda source: None)
        monkeypatch.setattr("tombola.anatomy.hub.cached_file", lambda *_, **__: path)
        return hub_commit("me/it")

    for slash in ("/", "\\"):
        commit = "0123456789abcdef" * 2 + "01234567"
        path = slash.join(["cache", "models--me--it", "snapshots", commit, "config.json"])
        assert found(path) == commit
    assert "which commit" in refusal(lambda: found("/elsewhere/config.json"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_saved_model_comes_back_as_it_was(case: Case, tmp_path: Path) -> None:
    model, inputs = case.model(), case.inputs()
    model.save_pretrained(tmp_path)
    for source in (tmp_path, str(tmp_path)):
        again = load_model(source)
        assert type(again) is type(model)
        assert torch.equal(outputs(again, inputs), outputs(model, inputs))
    assert anatomy(again) == anatomy(model) == anatomy(empty_model(tmp_path))


def test_empty_models_have_no_weights(saved: Path) -> None:
    for source in (saved, saved / "config.json", read_config(saved)):
        model = empty_model(source)
        assert type(model).__name__ == "BertForSequenceClassification"
        assert all(p.is_meta for p in model.parameters())
    assert type(empty_model(bert_config())).__name__ == "BertModel"
    assert type(empty_model(marian_config())).__name__ == "MarianModel"


def test_weights_come_in_float32_and_ready_to_evaluate(tmp_path: Path) -> None:
    BERT.model().bfloat16().save_pretrained(tmp_path)
    for source in (tmp_path, tmp_path / "config.json"):
        model = load_model(source)
        assert {p.dtype for p in model.parameters()} == {torch.float32}
        assert not model.training


@pytest.mark.parametrize(
    ("head", "architecture"),
    [
        ("bare", "BertModel"),
        ("masked-lm", "BertForMaskedLM"),
        ("sequence-classification", "BertForSequenceClassification"),
    ],
)
def test_heads_are_drawn_from_their_seed(saved: Path, head: Any, architecture: str) -> None:
    Case("BertModel", bert_config).model().save_pretrained(saved.parent / "bare")
    state = torch.get_rng_state()
    one, again, other = (load_model(saved.parent / "bare", head, seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert type(one).__name__ == architecture
    for p in anatomy(one).parameters:
        values = [model.get_parameter(p.name) for model in (one, again, other)]
        assert torch.equal(values[0], values[1])
        drawn = p.set == "task_head" and len(p.shape) == 2
        assert torch.equal(values[0], values[2]) != drawn, p.name


def test_n_labels(saved: Path) -> None:
    Case("BertModel", bert_config).model().save_pretrained(saved.parent / "bare")
    model = load_model(saved.parent / "bare", "sequence-classification", n_labels=5)
    assert model.classifier.weight.shape == (5, WIDTH)
    assert load_model(saved, "sequence-classification", n_labels=3).config.num_labels == 3
    assert "n_labels" in refusal(lambda: load_model(saved, n_labels=2))
    assert "n_labels" in refusal(lambda: load_model(saved, "sequence-classification", 0))
    # A classifier of another size is drawn anew where another number is asked for, and only there.
    redrawn = load_model(saved, "sequence-classification", n_labels=5)
    assert redrawn.classifier.weight.shape == (5, WIDTH)
    kept = load_model(saved)
    for name, weight in kept.named_parameters():
        if not name.startswith("classifier"):
            assert torch.equal(weight, redrawn.get_parameter(name))
    change(saved, id2label={i: str(i) for i in range(5)}, label2id={str(i): i for i in range(5)})
    message = refusal(lambda: load_model(saved))
    assert "classifier" in message
    assert "(3," in message
    assert "(5," in message


def test_a_source_without_weights_gives_a_model_from_its_seed(saved: Path) -> None:
    (saved / "model.safetensors").unlink()
    state = torch.get_rng_state()
    for source in (saved, saved / "config.json", read_config(saved)):
        one, again, other = (load_model(source, seed=s) for s in (1, 1, 2))
        query = "bert.encoder.layer.0.attention.self.query.weight"
        values = [model.get_parameter(query) for model in (one, again, other)]
        assert torch.equal(values[0], values[1])
        assert not torch.equal(values[0], values[2])
    translator = load_model(marian_config(), "translation")
    assert type(translator).__name__ == "MarianMTModel"
    assert torch.equal(torch.get_rng_state(), state)


def test_the_configuration_given_is_left_as_it_is() -> None:
    config = marian_config(architectures=["MarianForCausalLM"])
    before = config.to_dict()
    empty_model(config)
    load_model(config)
    load_model(bert := bert_config(), "sequence-classification", n_labels=7)
    assert config.to_dict() == before
    assert bert.num_labels == 3


def test_sharded_weights(saved: Path) -> None:
    model = load_model(saved)
    model.save_pretrained(saved.parent / "parts", max_shard_size="4KB")
    assert len(list((saved.parent / "parts").glob("*.safetensors"))) > 1
    again = load_model(saved.parent / "parts")
    assert torch.equal(outputs(model, BERT.inputs()), outputs(again, BERT.inputs()))
    assert inspect(saved.parent / "parts").total == inspect(saved).total


def test_a_model_of_the_hub_s_cache(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, a hub id is found where an earlier download has left it."""
    cache, commit = saved.parent / "cache", "0" * 40
    snapshot = cache / "models--someone--bert" / "snapshots" / commit
    snapshot.parent.mkdir(parents=True)
    saved.rename(snapshot)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("transformers.utils.hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.chdir(saved.parent)
    assert read_config("someone/bert").hidden_size == WIDTH
    assert type(load_model("someone/bert")).__name__ == "BertForSequenceClassification"
    found = inspect("someone/bert")
    assert found.source == "someone/bert"
    assert found.total.zeros == 0


def test_the_real_encoder() -> None:
    folder = realdata.minilm()
    model = load_model(folder, "sequence-classification", n_labels=2, seed=3)
    body = anatomy(model)
    assert [block.n_heads for block in body.attention] == [12] * 6
    assert {block.head_dim for block in body.attention} == {32}
    assert body.count(["matrices"]) == 6 * (4 * 384 * 384 + 2 * 384 * 1536)
    assert body.count(["task_head"]) == 2 * 384 + 2
    stored = load_file(folder / "model.safetensors")
    for p in body.parameters:
        if p.set != "task_head":
            assert torch.equal(model.get_parameter(p.name), stored[p.name.removeprefix("bert.")])
    tokenizer = load_tokenizer(folder)
    assert tokenizer.tokenize("unbelievable") == ["unbelievable"]
    assert len(tokenizer) == model.config.vocab_size


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "source",
    [
        "./nowhere",
        "/nowhere/x",
        "~/nowhere",
        "a/b/c",
        "no-such-folder/",
        "x.json",
        "",
        " ",
        "x" * 5000,
    ],
)
def test_a_path_that_is_not_there(source: str) -> None:
    for read in (read_config, load_model, load_tokenizer, inspect):
        assert "no such file or folder" in refusal(lambda read=read: read(source))
    assert "no such file or folder" in refusal(lambda: read_config(Path("nowhere")))


@pytest.mark.parametrize("source", ["nowhere", "no/where", "bad id!", "a\0b"])
def test_a_hub_id_out_of_reach(source: str) -> None:
    assert "hub" in refusal(lambda: load_model(source)).lower()
    refusal(lambda: load_tokenizer(source))


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    assert "config.json" in refusal(lambda: read_config(tmp_path))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model_type": "bloom"}, "supported: albert, bart"),
        ({"model_type": None}, "supported: albert, bart"),
        ({"model_type": ["bert"]}, "supported: albert, bart"),
        ({"auto_map": {"AutoModel": "own.Model"}, "architectures": ["OwnModel"]}, "auto_map"),
        ({"auto_map": {"AutoModel": "own.Model"}, "model_type": "own"}, "auto_map"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised"),
        ({"hidden_size": "wide"}, "hidden_size"),
        ({"dtype": "floatx"}, "floatx"),
        ({"hidden_size": -4}, "negative"),
        ({"num_attention_heads": 0}, "zero"),
        ({"num_attention_heads": 5}, "multiple"),
        ({"hidden_act": "none"}, "'none'"),
        ({"architectures": ["Nonsense"]}, "Nonsense"),
        ({"architectures": ["GPT2Model"]}, "GPT2Model"),
        ({"architectures": ["BertTokenizer"]}, "BertTokenizer"),
        ({"architectures": 5}, "5"),
        ({"architectures": ["BertPreTrainedModel"]}, "BertPreTrainedModel"),
    ],
)
def test_configurations_that_are_refused(saved: Path, values: dict[str, Any], said: str) -> None:
    change(saved, **values)
    assert said in refusal(lambda: inspect(saved))
    assert said in refusal(lambda: load_model(saved))


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b""])
def test_a_configuration_that_is_no_json_object(saved: Path, text: bytes) -> None:
    (saved / "config.json").write_bytes(text)
    assert "config.json" in refusal(lambda: read_config(saved))


def test_families_and_heads_that_are_not_supported(saved: Path) -> None:
    assert "bloom" in refusal(lambda: read_config(BloomConfig()))
    assert "quantised" in refusal(
        lambda: read_config(bert_config(quantization_config={"quant_method": "awq"}))
    )
    assert "it has: sequence-classification" in refusal(lambda: load_model(saved, "translation"))
    assert "has no head" in refusal(lambda: load_model(marian_config(), "masked-lm"))
    assert "allowed" in refusal(lambda: load_model(saved, "tail"))


def test_weights_that_are_refused(saved: Path) -> None:
    weights = saved / "model.safetensors"
    whole = weights.read_bytes()

    for damaged in (whole[:-10], whole[:50], b"\xff" * 100, b""):
        weights.write_bytes(damaged)
        assert "bert" in refusal(lambda: load_model(saved))
        assert "safetensors" in refusal(lambda: inspect(saved))
    weights.write_bytes(whole)

    change(saved, intermediate_size=22)
    assert "(24," in refusal(lambda: load_model(saved))
    assert "(24," in refusal(lambda: inspect(saved))
    change(saved, intermediate_size=24, num_hidden_layers=3)
    assert "lack" in refusal(lambda: load_model(saved))
    change(saved, num_hidden_layers=1)
    assert "layer.1" in refusal(lambda: load_model(saved))
    assert "layer.1" in refusal(lambda: inspect(saved))
    change(saved, num_hidden_layers=2)
    load_model(saved)

    # What `torch.nn.utils.prune` saves would be loaded as an untrained matrix.
    tensors = load_file(weights)
    name = "bert.encoder.layer.0.intermediate.dense.weight"
    tensors[f"{name}_orig"] = tensors.pop(name)
    save_file(tensors, weights, metadata={"format": "pt"})
    assert "weight" in refusal(lambda: load_model(saved))

    index = saved / "model.safetensors.index.json"
    weights.rename(saved.parent / "elsewhere.safetensors")
    index.write_text(json.dumps({"weight_map": {name: "../elsewhere.safetensors"}}))
    for read in (load_model, inspect):
        assert "'../elsewhere.safetensors' is no file beside it" in refusal(
            lambda read=read: read(saved)
        )
    index.unlink()
    (saved / "pytorch_model.bin").write_bytes(b"")
    assert "pytorch_model.bin" in refusal(lambda: load_model(saved))
    assert "use_safetensors=False).save_pretrained(NEW)" in refusal(lambda: load_model(saved))
    assert "pytorch_model.bin" in refusal(lambda: inspect(saved))


def test_an_index_of_parts_names_only_files_beside_it(saved: Path) -> None:
    outside = saved.parent / "outside.safetensors"
    (saved / "model.safetensors").rename(outside)
    index = saved / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {"a": f"../{outside.name}"}}))
    refusal(lambda: inspect(saved))
    for broken in ("{", "[]", "{}", '{"weight_map": 5}'):
        index.write_text(broken)
        refusal(lambda: inspect(saved))
        refusal(lambda: load_model(saved))


def test_tokenizers_that_are_refused(saved: Path) -> None:
    assert "vocabulary" in refusal(lambda: load_tokenizer(saved))
    assert "configuration" in refusal(lambda: load_tokenizer(saved / "config.json"))
    (saved / "tokenizer_config.json").write_text(
        json.dumps({"auto_map": {"AutoTokenizer": ["code.Tokenizer", None]}})
    )
    refusal(lambda: load_tokenizer(saved))
    (saved / "tokenizer.json").write_text("{")
    refusal(lambda: load_tokenizer(saved))


@pytest.mark.parametrize(
    "key", ["vocab", "vocab_file", "merges", "source_spm", "target_vocab_file"]
)
def test_a_vocabulary_is_no_file_from_elsewhere(saved: Path, tmp_path: Path, key: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhunter2\nword\n")
    (saved / "link.txt").symlink_to(secret)
    for away in (str(secret), f"{saved}/../{secret.name}", str(saved / "link.txt")):
        tell_tokenizer(saved, tokenizer_class="BertTokenizer", **{key: away})
        said = refusal(lambda: load_tokenizer(saved))
        assert f"{key}: " in said
        assert "is no file beside tokenizer_config.json" in said


def test_paths_that_an_earlier_machine_left_behind_are_no_reason_to_refuse(saved: Path) -> None:
    word_tokenizer(["the dog sees a cat ."]).save_pretrained(saved)
    left = {"vocab_file": "/nowhere/vocab.txt", "tokenizer_file": str(saved.parent)}
    tell_tokenizer(saved, **left)
    assert "dog" in load_tokenizer(saved).get_vocab()


def described_or_refused(source: Path) -> None:
    """Nothing but an Inspection or a UserError in one line may come out."""
    try:
        found = inspect(source)
    except UserError as problem:
        if "\n" in str(problem):
            raise AssertionError(f"not one line: {problem}") from problem
    else:
        json.dumps(found.to_dict())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(
            ["hidden_size", "num_hidden_layers", "architectures", "hidden_act", "pad_token_id"]
        ),
        st.one_of(st.integers(-3, 40), st.none(), st.text(max_size=5), st.lists(st.text())),
    )
)
def test_any_configuration_is_described_or_refused(saved: Path, values: dict[str, Any]) -> None:
    config = {**bert_config().to_dict(), **values}
    path = saved.parent / "any.json"
    path.write_text(json.dumps(config))
    described_or_refused(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutilated_weights_are_counted_or_refused(saved: Path, data: st.DataObject) -> None:
    path = saved / "model.safetensors"
    whole = path.read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    broken = bytearray(whole)
    for position in data.draw(st.lists(st.integers(0, header - 1), min_size=1, max_size=4)):
        broken[position] = data.draw(st.integers(0, 255))
    path.write_bytes(broken[: data.draw(st.integers(0, len(whole)))])
    described_or_refused(saved)
    path.write_bytes(whole)
