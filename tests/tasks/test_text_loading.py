"""Running text from files and folders, and what is wrong with it."""

import gzip
from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.tasks import encode, load_task, word_tokenizer
from tombola.tasks.loaders.plain import load_text


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        raw = text.encode()
        (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder


LINES = [f"line {i}" for i in range(40)]


def test_text_comes_from_files_by_name_from_all_files_or_from_one(tmp_path: Path):
    text = "\n\n".join(LINES)
    named = written(tmp_path / "a", {"wiki.train.tokens": text, "wiki.valid.tokens": "held\nout"})
    task = load_task("masked-lm", named)
    assert [p.text for p in task.train] == LINES
    assert [p.text for p in task.dev] == ["held", "out"]
    every = written(tmp_path / "b", {"x/one.txt.gz": text, "two.txt": text, "SOURCE.txt": "who"})
    task = load_task("causal-lm", every)
    assert [p.text for p in task.train] == [*LINES[:38], *LINES[:38]]
    assert [p.text for p in task.dev] == [*LINES[38:], *LINES[38:]]
    one = load_task("masked-lm", every / "two.txt", train=5, seed=1)
    assert (len(one.train), len(one.dev)) == (5, 2)
    files = {"train": named / "wiki.train.tokens", "dev": every / "two.txt"}
    task = load_task("masked-lm", files=files)
    assert (len(task.train), len(task.dev)) == (40, 40)
    for kind in ("masked-lm", "causal-lm"):
        task = load_task(f"builtin-{kind}", train=12, dev=4)
        assert (task.kind, len(task.train), len(task.dev)) == (kind, 12, 4)


def test_wrong_text_is_refused_in_one_line(tmp_path: Path):
    good = written(tmp_path, {"a.txt": "one\ntwo\nthree\n"})
    (good / "bad.txt").write_bytes(b"one\ntw\xffo\n")
    with pytest.raises(UserError, match=r"bad.txt:2: not UTF-8 \(byte 0xff\)"):
        load_task("masked-lm", good / "bad.txt")
    with pytest.raises(UserError, match=r"none.txt: no such file or folder"):
        load_task("masked-lm", good / "none.txt")
    with pytest.raises(UserError, match="needs a folder or a file of text"):
        load_task("causal-lm")
    written(tmp_path, {"blank.txt": " \n\n", "single.txt": "one"})
    with pytest.raises(UserError, match=r"blank.txt: no text"):
        load_task("masked-lm", good / "blank.txt")
    with pytest.raises(UserError, match="one passage: none is left"):
        load_task("masked-lm", good / "single.txt")
    task, tokenizer = load_text("masked-lm", (good / "a.txt",)), word_tokenizer(["one two"])
    with pytest.raises(UserError, match=r"too short for one sequence: .* 126 are needed"):
        encode(task, task.train, tokenizer, 128)
    with pytest.raises(UserError, match="no room for text"):
        encode(task, task.train, tokenizer, 3)
