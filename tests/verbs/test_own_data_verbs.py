"""The verbs that take a user's own data beside evaluate and compare: probe, prune."""

import warnings

import pandas as pd
import pytest
import torch
from transformers import BertForMaskedLM, MarianConfig, MarianMTModel

import tombola
import toys
from tombola.errors import UserError
from tombola.tasks import load_task, word_tokenizer

WORDS = ["the", "a", "dog", "cat", "bird", "sees", "hears", "likes"]
TAGGED = [
    {"tokens": ["the", WORDS[2 + i % 3], WORDS[5 + i % 2]], "tags": ["DET", "NOUN", "VERB"]}
    for i in range(6)
]
ROWS = [{"text": " ".join(row["tokens"]) + f" a {WORDS[2 + i // 3]}", "label": i % 2}
        for i, row in enumerate(TAGGED)]  # fmt: skip


@pytest.fixture(scope="module")
def reader():
    return word_tokenizer([" ".join(WORDS)])


def test_a_probe_is_asked_of_one_s_own_tags(reader):
    given = {"tokenizer": reader, "epochs": 2, "data": {"train": TAGGED, "dev": TAGGED}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tombola.probe(toys.bert(words=len(reader)), **given)
    assert [(row.task, row.layer, row.n, row.metric) for row in found] == [
        ("own", 0, 18, "accuracy"),
        ("own", 1, 18, "accuracy"),
    ]
    named = tombola.probe(toys.bert(words=len(reader)), "pos", **given)
    assert {row.task for row in named} == {"pos"}
    for more, said in (
        ({"knobs": {"lexicon": 3}}, "data of your own take one task"),
        ({"task": ["pos", "ner"]}, "data of your own take one task"),
        ({"examples": 3}, "examples: of no use to a probe"),
        ({"wide": 3}, "unknown key 'wide'"),
    ):
        with pytest.raises(UserError, match=said):
            tombola.probe(toys.bert(words=len(reader)), **{**given, **more})
    with pytest.raises(UserError, match="label: is of a table of your own"):
        tombola.probe(toys.bert(words=len(reader)), tokenizer=reader, label="tags")


def test_a_criterion_reads_one_s_own_examples(reader):
    model = toys.bert(words=len(reader), dropout=0.0)
    ticket = tombola.prune(
        model, 0.5, criterion="snip", task={"train": ROWS, "dev": ROWS}, tokenizer=reader
    )
    assert ticket.mask.sparsity == pytest.approx(0.5)
    by_size = tombola.prune(toys.bert(words=len(reader), dropout=0.0), 0.5)
    assert ticket.mask != by_size.mask
    with pytest.raises(UserError, match="name a task or data of your own"):
        tombola.prune(toys.bert(words=len(reader)), 0.5, criterion="snip", tokenizer=reader)
    with pytest.raises(UserError, match="no tokenizer"):
        tombola.prune(toys.bert(words=len(reader)), 0.5, criterion="snip", task=ROWS)


def test_translations_and_running_text_are_scored(reader):
    pieces = word_tokenizer([" ".join(WORDS)], "translation")
    config = MarianConfig(
        vocab_size=len(pieces), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=32, pad_token_id=pieces.pad_token_id,
        eos_token_id=pieces.eos_token_id, decoder_start_token_id=pieces.pad_token_id,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        translator = MarianMTModel(config)
    pairs = [{"de": row["text"], "en": row["text"]} for row in ROWS]
    found = tombola.evaluate(translator, pairs, tokenizer=pieces, text="de", target="en")
    assert (found.score.metric, found.n) == ("bleu", 6)
    assert list(found.to_frame()) == ["text", "reference", "answer"]
    task = load_task("builtin-masked-lm", train=1, dev=6)
    filler = BertForMaskedLM(toys.bert(words=len(reader)).config)
    found = tombola.evaluate(filler, task, tokenizer=reader, max_tokens=12)
    assert found.score.metric == "loss"
    assert isinstance(found.to_frame(), pd.DataFrame)
