"""Moses tokenisation on the way into a model and out of it."""

from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, Subwords, encode, in_moses, load_task, subword_tokenizer
from tombola.tasks.loaders.parallel import load_translation
from tombola.text import streamed
from tombola.text.moses import put_together, tokenised

ENGLISH = ["It's an old-fashioned \"test\", isn't it?", "Mr. Smith pays $3.50 (net).", "A & B < C!"]
GERMAN = ["Das ist ein alt-modischer Test, z.B. hier.", "Er zahlt 3,50 Euro.", "A und B!"]


def test_moses_splits_as_its_perl_script_does():
    """What tokenizer.perl gives with and without -a, and with -no-escape (Moses 4)."""
    assert tokenised(ENGLISH[0], "en") == "It 's an old-fashioned \" test \" , isn 't it ?"
    assert tokenised(ENGLISH[0], "en", "as_published") == (
        "It &apos;s an old @-@ fashioned &quot; test &quot; , isn &apos;t it ?"
    )
    assert tokenised(ENGLISH[1], "en") == "Mr. Smith pays $ 3.50 ( net ) ."
    assert put_together(tokenised("He said: it's good.", "en"), "en") == "He said: it's good."


@pytest.mark.parametrize("moses", ["plain", "as_published"])
def test_a_model_reads_and_writes_tokens_and_is_scored_on_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moses
):
    for split in ("train", "dev"):
        (tmp_path / f"{split}.en").write_text("\n".join(ENGLISH))
        (tmp_path / f"{split}.de").write_text("\n".join(GERMAN))
    plain = load_translation(tmp_path, "en", "de")
    task = in_moses(plain, moses)
    assert task.references == plain.references
    assert task.digest != plain.digest
    lines = task.text
    assert lines[:2] == [tokenised(ENGLISH[0], "en", moses), tokenised(GERMAN[0], "de", moses)]
    assert task.dev[1].written(lines[3]) == GERMAN[1]
    tokenizer = subword_tokenizer(lines, Subwords(size=300, split="blanks"), "translation")
    rows = encode(task, task.train, tokenizer, 64)
    read = [tokenizer.decode(row[side], skip_special_tokens=True)
            for row in rows for side in ("input_ids", "labels")]  # fmt: skip
    assert read == lines
    monkeypatch.setattr(streamed, "HELD", 1)
    large = in_moses(load_translation(tmp_path, "en", "de"), moses)
    assert list(encode(large, large.train, tokenizer, 64)) == list(rows)
    assert large.digest == task.digest
    assert TASK_KINDS[task.kind].name == "translation"


def test_other_tasks_have_no_moses():
    with pytest.raises(UserError, match="moses is for translation from files"):
        in_moses(load_task("builtin-acceptability", train=2, dev=2), "plain")
