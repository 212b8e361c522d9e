"""Masked and causal language modelling: packing, hiding, scoring, and what is wrong with text."""

import math
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, GPT2Config

from tombola.anatomy import load_model
from tombola.tasks import (
    METRICS,
    TASK_KINDS,
    Subwords,
    Task,
    answered,
    encode,
    encode_blocks,
    in_batches,
    stored,
    subword_tokenizer,
)
from tombola.text import IGNORED, Passage
from tombola.training import Training, answers, evaluate, train

PASSAGES = [f"The {animal} sees {n} frogs near the river, naïve café number {n * 7} ."
            for n in range(30) for animal in ("dog", "cat", "owl")]  # fmt: skip
TOKENS = 24


def made(kind: str) -> Task:
    examples = tuple(map(Passage, PASSAGES))
    return Task(kind, kind, None, "loss", examples[:80], examples[80:])


def reader(kind: str, how: str = "bpe"):
    settings = Subwords(kind=how, size=330)
    return subword_tokenizer(PASSAGES, settings, TASK_KINDS[kind].purpose)


def model(kind: str, tokenizer, seed: int = 0):
    shape = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    config = (
        BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                   intermediate_size=64, max_position_embeddings=64, **shape)
        if kind == "masked-lm"
        else GPT2Config(n_embd=32, n_layer=1, n_head=2, n_positions=64, **shape)
    )  # fmt: skip
    return load_model(config, kind, seed=seed)


KINDS = pytest.mark.parametrize("kind", ["masked-lm", "causal-lm"])


@KINDS
@pytest.mark.parametrize("how", ["bpe", "wordpiece"])
def test_packing_loses_no_token_and_counts_every_character(kind, how):
    task, tokenizer = made(kind), reader(kind, how)
    rows = encode(task, task.train, tokenizer, TOKENS)
    assert {len(row["input_ids"]) for row in rows[:-1]} == {TOKENS}
    assert len(rows[-1]["input_ids"]) <= TOKENS
    begin, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    flat, widths = [], []
    for row in rows:
        assert row["input_ids"][0] == begin
        inner = slice(1, -1 if kind == "masked-lm" else None)
        assert kind == "causal-lm" or row["input_ids"][-1] == end
        flat += row["input_ids"][inner]
        widths += row["characters"][inner]
        assert sum(row["characters"]) == sum(row["characters"][inner])
    plain = [tokenizer(p.text, add_special_tokens=False)["input_ids"] for p in task.train]
    assert flat == [i for ids in plain for i in [*ids, end]]
    assert sum(widths) == sum(len(passage.text) + 1 for passage in task.train)


def test_what_is_hidden_depends_on_epoch_and_sequence_not_on_the_batch():
    task, tokenizer = made("masked-lm"), reader("masked-lm")
    rows = encode(task, task.train, tokenizer, TOKENS)

    def seen(size: int, epoch: int, seed: int = 3) -> dict[int, tuple]:
        batches = in_batches(task, rows, size, tokenizer)
        found = {}
        for indices, batch in zip(
            batches.order(seed, epoch), batches.epoch(seed, epoch), strict=True
        ):
            for i, ids, labels in zip(indices, batch["input_ids"], batch["labels"], strict=True):
                n = len(rows[i]["input_ids"])
                found[i] = (ids[:n].tolist(), labels[:n].tolist())
        return found

    assert seen(4, 0) == seen(7, 0)
    assert all(a != b for a, b in zip(seen(4, 0).values(), seen(4, 1).values(), strict=True))
    assert seen(4, 0) != seen(4, 0, seed=4)
    fixed = [list(in_batches(task, rows, 4, tokenizer).in_order()) for _ in "ab"]
    assert all(torch.equal(a["labels"], b["labels"]) for a, b in zip(*fixed, strict=True))


def test_fifteen_per_cent_are_asked_for_of_which_eight_in_ten_are_hidden():
    task, tokenizer = made("masked-lm"), reader("masked-lm")
    rows = encode(task, task.train, tokenizer, TOKENS)
    special, counts = set(tokenizer.all_special_ids), dict.fromkeys(("hidden", "kept", "other"), 0)
    batches = in_batches(task, rows, 64, tokenizer)
    for epoch in range(12):
        order = batches.order(0, epoch)
        for indices, batch in zip(order, batches.epoch(0, epoch), strict=True):
            for i, ids, labels in zip(indices, batch["input_ids"], batch["labels"], strict=True):
                words = [t for t in rows[i]["input_ids"] if t not in special]
                asked = labels != IGNORED
                assert int(asked.sum()) == max(1, round(0.15 * len(words)))
                for place in asked.nonzero().flatten().tolist():
                    was, now = rows[i]["input_ids"][place], int(ids[place])
                    assert int(labels[place]) == was not in special
                    kind = "hidden" if now == tokenizer.mask_token_id else "other"
                    counts["kept" if now == was else kind] += 1
                    assert now == tokenizer.mask_token_id or now not in special
    n = sum(counts.values())
    for name, share in (("hidden", 0.8), ("kept", 0.1), ("other", 0.1)):
        assert abs(counts[name] / n - share) < 4 * math.sqrt(share * (1 - share) / n)


@KINDS
def test_loss_and_metrics_are_those_of_a_direct_computation(kind):
    task, tokenizer = made(kind), reader(kind)
    net = model(kind, tokenizer).double()
    rows = encode(task, task.dev, tokenizer, TOKENS)
    batches = in_batches(task, rows, 3, tokenizer)
    lost = tokens = right = characters = 0
    losses = []
    for row, batch in zip(rows, in_batches(task, rows, 1, tokenizer).in_order(), strict=True):
        labels = batch["labels"][0]
        with torch.no_grad():
            logits = net(input_ids=batch["input_ids"]).logits[0]
        for place in range(len(labels)):
            if labels[place] == IGNORED:
                continue
            said = logits[place - 1 if kind == "causal-lm" else place].log_softmax(-1)
            lost -= float(said[labels[place]])
            tokens, right = tokens + 1, right + int(said.argmax() == labels[place])
            characters += row["characters"][place]
        with torch.no_grad():
            losses.append(
                (float(TASK_KINDS[kind].loss(net, batch)), int((labels != IGNORED).sum()))
            )
    mean = sum(loss * n for loss, n in losses) / tokens
    assert mean == pytest.approx(lost / tokens, rel=1e-9)
    expected = {"loss": lost / tokens, "perplexity": math.exp(lost / tokens),
                "bits_per_character": lost / math.log(2) / characters,
                "token_accuracy": right / tokens}  # fmt: skip
    said = answers(net, task, batches, tokenizer)
    which = [one.answer for one in answered(task, rows, task.dev)]
    assert len(set(which)) == len(which) == len(rows)
    for name, value in expected.items():
        score = METRICS[name](said, which)
        assert score.value == pytest.approx(value, rel=1e-6)
        assert score.low <= score.value <= score.high
        assert score.low < score.high
        assert score.n == len(rows)
        assert (METRICS[name].better == "lower") == (name != "token_accuracy")
    if kind == "causal-lm":  # every character but those of each sequence's cut-off beginning
        assert characters == sum(len(passage.text) + 1 for passage in task.dev)
    assert evaluate(net, task, batches, tokenizer).metric == "loss"


@KINDS
def test_a_small_model_learns_and_its_text_may_be_in_a_file(kind, tmp_path: Path):
    task, tokenizer = made(kind), reader(kind)
    rows = stored(tmp_path / "a", {}, encode_blocks(task, task.train, tokenizer, TOKENS))
    assert list(rows) == list(encode(task, task.train, tokenizer, TOKENS))
    net = model(kind, tokenizer)
    held = in_batches(task, encode(task, task.dev, tokenizer, TOKENS), 16, tokenizer)
    before = evaluate(net, task, held, tokenizer)
    assert before.value == pytest.approx(math.log(len(tokenizer)), rel=0.15)
    settings = Training(steps=60, batch_tokens=400, learning_rate=1e-2)
    batches = in_batches(task, rows, 1, tokenizer, tokens=400)
    train(net, batches, TASK_KINDS[kind].loss, settings, seed=0)
    after = evaluate(net, task, held, tokenizer)
    assert after.value < before.value / 1.3
