"""Encoded text in a file: the same rows and batches, whoever wrote it, and only where it fits."""

from pathlib import Path

import pytest
import torch

import tiny_tokenizers
from tombola.tasks import (
    Batches,
    encode,
    encode_blocks,
    encoding,
    load_task,
    stored,
    tokenizer_digest,
    word_tokenizer,
)

FACTS = {"task": "made", "split": "train"}


@pytest.fixture(scope="module", params=["builtin-acceptability", "builtin-translation",
                                        "builtin-similarity", "builtin-pos"])  # fmt: skip
def task(request):
    return load_task(request.param, train=45, dev=5)


def tokenizer_of(task):
    return word_tokenizer(task.text, "translation" if task.kind == "translation" else "encoder")


def test_a_file_gives_the_rows_and_batches_of_memory(task, tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "BLOCK", 10)
    tokenizer = tokenizer_of(task)
    plain = encode(task, task.train, tokenizer, 12)
    found = stored(tmp_path / "a", FACTS, encode_blocks(task, task.train, tokenizer, 12))
    assert (len(found), found.n_cut) == (45, plain.n_cut)
    assert list(found) == list(plain)
    assert found[2:5] == plain[2:5]
    assert found[-1] == plain[-1]
    one, other = (Batches(rows, 7, tokenizer.pad_token_id, window=2) for rows in (plain, found))
    for a, b in zip(one.epoch(1, 2), other.epoch(1, 2), strict=True):
        assert a.keys() == b.keys()
        assert all(a[name].dtype == b[name].dtype and torch.equal(a[name], b[name]) for name in a)


def test_it_is_written_once_and_anew_where_it_does_not_fit(tmp_path: Path):
    task = load_task("builtin-acceptability", train=20, dev=5)
    tokenizer, folder = tokenizer_of(task), tmp_path / "a"
    written = []

    def blocks():
        written.append(1)
        yield from encode_blocks(task, task.train, tokenizer, 12)

    first = list(stored(folder, FACTS, blocks()))
    assert list(stored(folder, FACTS, blocks())) == first
    assert len(written) == 1
    stored(folder, {**FACTS, "split": "dev"}, blocks())
    assert len(written) == 2
    for damage in (b"", b"nonsense", (folder / "rows.arrow").read_bytes()[:300]):
        (folder / "rows.arrow").write_bytes(damage)
        assert list(stored(folder, {**FACTS, "split": "dev"}, blocks())) == first
    (folder / "facts.json").write_text("{}")
    assert list(stored(folder, {**FACTS, "split": "dev"}, blocks())) == first
    assert len(written) == 6


def test_an_interrupted_writing_leaves_nothing(tmp_path: Path):
    task = load_task("builtin-acceptability", train=20, dev=5)

    def blocks():
        yield from encode_blocks(task, task.train, tokenizer_of(task), 12)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stored(tmp_path / "a", FACTS, blocks())
    assert list(tmp_path.iterdir()) == []


def test_what_a_tokenizer_was_last_asked_for_is_not_in_its_digest():
    one, other = word_tokenizer(["a b c"]), word_tokenizer(["a b c"])
    other(["a b c"], truncation=True, max_length=3, padding=True)
    assert tokenizer_digest(one) == tokenizer_digest(other)
    assert tokenizer_digest(one) != tokenizer_digest(word_tokenizer(["a b d"]))
    assert tokenizer_digest(one) != tokenizer_digest(word_tokenizer(["a b c"], "translation"))


def test_a_tokenizer_in_python_has_a_digest_too(tmp_path: Path):
    tokenizer = tiny_tokenizers.marian(tmp_path)
    before = tokenizer_digest(tokenizer)
    tokenizer(["a b c"], truncation=True, max_length=3)
    assert tokenizer_digest(tokenizer) == before
