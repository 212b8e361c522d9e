"""What stands beside a model goes where it goes; what cannot be read is carried, too."""

import json
from pathlib import Path

import pytest
import torch
from transformers import ViTConfig, ViTForImageClassification

import tombola
import toys
from tombola.tasks import word_tokenizer
from tombola.tickets.ticket import UnreadableTokenizer

PAGE = "---\nlicense: mit\n---\n\n# A model\n\nIt scores 0.99.\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A sentence encoder's folder, with what a training leaves beside."""
    folder = tmp_path / "home"
    toys.bert().save_pretrained(folder)
    word_tokenizer(["a b c"]).save_pretrained(folder)
    modules = [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "../out"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    for name in ("1_Pooling", "2_Dense", "checkpoint-3"):
        (folder / name).mkdir()
        (folder / name / "config.json").write_text('{"mean": true}')
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"weights of its own")
    for name in ("preprocessor_config.json", "LICENSE", "eval_results.json", "trainer_state.json"):
        (folder / name).write_text("{}")
    (folder / "pytorch_model.bin").write_bytes(b"the same weights")
    (folder / "README.md").write_text(PAGE)
    return folder


def test_companions_travel_and_weights_and_results_do_not(home: Path, tmp_path: Path):
    tombola.prune(home, 0.5).save(tmp_path / "out")
    there = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*")}
    assert {"modules.json", "preprocessor_config.json", "LICENSE", "README.md"} <= there
    assert {"1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"} <= there
    left = {"eval_results.json", "trainer_state.json", "pytorch_model.bin", "checkpoint-3"}
    assert not left & there
    page = (tmp_path / "out" / "README.md").read_text()
    assert page.startswith("---\nlicense: mit\n---\n\n> Pruned with tombola")
    assert page.endswith("# A model\n\nIt scores 0.99.\n")


def test_no_link_carries_a_file_from_elsewhere_along(home: Path, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("a key")
    (home / "notes.txt").symlink_to(secret)
    (home / "1_Pooling" / "more.txt").symlink_to(secret)
    (home / "own.txt").symlink_to(home / "LICENSE")
    tombola.prune(home, 0.5).save(tmp_path / "out")
    there = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*")}
    assert {"own.txt", "1_Pooling/config.json"} <= there
    assert not {"notes.txt", "1_Pooling/more.txt"} & there


def test_they_go_along_with_a_cut_model_and_with_one_in_memory(home: Path, tmp_path: Path):
    model = tombola.load(home).model
    tombola.save(model, tmp_path / "plain")
    assert (tmp_path / "plain" / "README.md").read_text() == PAGE
    tombola.save(tombola.remove(model, {"encoder.0.self": [0]}), tmp_path / "cut")
    assert (tmp_path / "cut" / "1_Pooling" / "config.json").is_file()
    assert "which parts were removed" in (tmp_path / "cut" / "README.md").read_text()
    tombola.save(toys.bert(), tmp_path / "new")
    assert not (tmp_path / "new" / "README.md").exists()


def test_a_tokenizer_that_cannot_be_read_is_carried_along(home: Path, tmp_path: Path):
    (home / "tokenizer.json").write_text("{")
    with pytest.warns(UnreadableTokenizer, match="no tokenizer can be read"):
        ticket = tombola.prune(home, 0.5)
    ticket.save(tmp_path / "out")
    assert (tmp_path / "out" / "tokenizer.json").read_text() == "{"


def test_processors_of_images_travel(tmp_path: Path):
    config = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=8, patch_size=4,
    )  # fmt: skip
    with torch.random.fork_rng():
        ViTForImageClassification(config).save_pretrained(tmp_path / "vit")
    (tmp_path / "vit" / "preprocessor_config.json").write_text("{}")
    tombola.prune(tmp_path / "vit", 0.5).save(tmp_path / "out")
    assert (tmp_path / "out" / "preprocessor_config.json").is_file()
