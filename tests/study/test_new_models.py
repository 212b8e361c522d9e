"""Models that are trained from scratch: their sizes, and what reads text for them."""

import pickle
from pathlib import Path

import pytest
import small
import torch
from transformers import MarianMTModel

from tombola.errors import UserError
from tombola.study.configurations import new_config
from tombola.study.library import Library
from tombola.study.sizes import SIZES, sized
from tombola.tasks import tokenizer_digest

LINES = "the dog sees a cat .\na cat hears the dog .\nno bird likes her friend .\n"


class Reader:
    """As much of a tokenizer as a configuration asks for."""

    pad_token_id, eos_token_id, bos_token_id = 1, 2, 0

    def __len__(self) -> int:
        return 32768


def test_a_big_translator_has_as_many_weights_as_the_published_one():
    """209,911,808 in all, as Movva & Zhao's code counts; theirs has no bias of the output."""
    with torch.device("meta"):
        model = MarianMTModel(new_config({"model_type": "marian", "size": "big"}, Reader()))
    weights = {p: name for name, p in model.named_parameters() if p.requires_grad}
    assert sum(p.numel() for p in weights) == 209_911_808


@pytest.mark.parametrize("family", list(SIZES))
def test_every_size_is_a_configuration_and_its_settings_can_be_changed(family: str):
    for size in SIZES[family]:
        config = new_config({"model_type": family, "size": size}, Reader())
        assert config.hidden_size % config.num_attention_heads == 0
    assert sized({"model_type": "marian", "size": "tiny", "d_model": 64})["d_model"] == 64
    with pytest.raises(UserError, match=r"new.size: 'huge' of .*; allowed: tiny, "):
        sized({"model_type": family, "size": "huge"})


def recipe(folder: Path, **model: object):
    for name, text in (("train.en", LINES), ("train.xx", LINES.upper())):
        (folder / name).write_text(text)
        (folder / name.replace("train", "dev")).write_text(text)
    raw = {
        "name": "mt", "title": "T", "seeds": [1],
        "tasks": {"mt": {"name": "translation", "folder": str(folder / "en-xx")}},
        "models": {"new": {"new": {"model_type": "marian", "size": "tiny"}, **model}},
        "steps": {"dense": {"do": "train", "model": "new", "task": "mt",
                            "training": {"steps": 2}}},
    }  # fmt: skip
    return small.of(raw)


def test_a_new_model_reads_words_or_subwords_as_the_recipe_says(tmp_path):
    facts, sizes = [], []
    for more in ({}, {"subwords": {"size": 350}}, {"subwords": {"size": 350, "split": "blanks"}}):
        library = Library(recipe(tmp_path, **more))
        facts.append(library.model_facts("new", "mt"))
        tokenizer = library.tokenizer("new", "mt")
        sizes.append(len(tokenizer))
        line = library.task("mt").train[0].source
        said = tokenizer.decode(tokenizer(line)["input_ids"], skip_special_tokens=True)
        assert said == line
    assert facts[0].keys() == {"new", "words"}
    assert [each.get("subwords") for each in facts[1:]] == [
        {"kind": "bpe", "size": 350}, {"kind": "bpe", "size": 350, "split": "blanks"},
    ]  # fmt: skip
    assert facts[0]["new"]["d_model"] == 128
    assert sizes[1] <= 350
    given = {"kind": "wordpiece", "file": str(tmp_path / "none.txt")}
    library = Library(recipe(tmp_path, subwords=given))
    with pytest.raises(UserError, match=r"subwords.file: .*none.txt: cannot be read"):
        library.model_facts("new", "mt")


def test_workers_are_given_the_vocabulary_that_planning_made(tmp_path, monkeypatch):
    made = recipe(tmp_path, subwords={"size": 350})
    library = Library(made)
    library.empty("new", "mt")
    known = pickle.loads(pickle.dumps(library.known()))
    monkeypatch.setattr("tombola.study.library.new_tokenizer", None)  # it would be called
    given = Library(made, known=known).tokenizer("new", "mt")
    line = library.task("mt").train[0].source
    ours = library.tokenizer("new", "mt")
    assert given(line)["input_ids"] == ours(line)["input_ids"]
    assert tokenizer_digest(given) == tokenizer_digest(ours)
