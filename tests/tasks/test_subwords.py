"""Vocabularies of sub-words: what they say of text, and that the same text gives the same one."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from transformers import AutoTokenizer, BertTokenizer

from tiny_tokenizers import TEXT
from tombola.errors import UserError
from tombola.tasks import Subwords, subword_tokenizer, tokenizer_digest

BPE, BLANKS = Subwords(size=400), Subwords(size=400, split="blanks")
WORDPIECE = Subwords(kind="wordpiece", size=300, lower=True)


@pytest.mark.parametrize("settings", [BPE, BLANKS, WORDPIECE], ids=["bytes", "blanks", "wordpiece"])
@pytest.mark.parametrize("purpose", ["encoder", "translation", "decoder"])
def test_it_reads_what_it_writes_and_comes_back_from_the_disk(settings, purpose, tmp_path: Path):
    tokenizer = subword_tokenizer(TEXT, settings, purpose)
    assert len(tokenizer) <= settings.size
    ids = tokenizer(TEXT[0])["input_ids"]
    begins = tokenizer.convert_ids_to_tokens(ids)[0] == "[CLS]"
    assert begins == (purpose == "encoder")
    assert ids[-1] == tokenizer.eos_token_id
    text = tokenizer.decode(ids, skip_special_tokens=True)
    assert text == (TEXT[0].lower() if settings.lower else TEXT[0])
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again(TEXT).data == tokenizer(TEXT).data
    assert tokenizer.unk_token_id not in tokenizer(TEXT[2])["input_ids"]


def test_bytes_leave_nothing_unknown():
    tokenizer = subword_tokenizer(TEXT, BPE, "translation")
    said = "Ωμέγα  is\tnot in the text"
    assert tokenizer.decode(tokenizer(said)["input_ids"], skip_special_tokens=True) == said


@pytest.mark.parametrize("settings", [BPE, BLANKS, WORDPIECE], ids=["bytes", "blanks", "wordpiece"])
def test_the_same_text_makes_the_same_tokenizer(settings):
    """The library's own WordPiece numbers its pieces as its hash tables lie."""
    assert len({tokenizer_digest(subword_tokenizer(TEXT, settings)) for _ in range(4)}) == 1


def test_a_vocabulary_of_a_file_is_read_as_bert_reads_it(tmp_path: Path):
    made = subword_tokenizer(TEXT, WORDPIECE)
    by_id = sorted(made.get_vocab(), key=made.get_vocab().__getitem__)
    (tmp_path / "vocab.txt").write_text("\n".join(by_id))
    given = Subwords(kind="wordpiece", lower=True, file=tmp_path / "vocab.txt")
    ours = subword_tokenizer([], given)
    berts = BertTokenizer(vocab=str(tmp_path / "vocab.txt"), do_lower_case=True)
    for text in [*TEXT, "Zürich!? naïve 学"]:
        assert ours(text, "and more")["input_ids"] == berts(text, "and more")["input_ids"]
    assert ours(TEXT)["input_ids"] == made(TEXT)["input_ids"]


def test_misuse_is_said(tmp_path: Path):
    with pytest.raises(UserError, match="no text"):
        subword_tokenizer(["", "  "], BPE)
    (tmp_path / "vocab.txt").write_text("a\nb")
    with pytest.raises(UserError, match=r"vocab.txt: the vocabulary has no \[PAD\]"):
        subword_tokenizer([], Subwords(kind="wordpiece", file=tmp_path / "vocab.txt"))
    with pytest.raises(UserError, match="no readable vocabulary"):
        subword_tokenizer([], Subwords(kind="wordpiece", file=tmp_path / "none.txt"))
    for wrong in ({"lower": True}, {"file": "v"}, {"kind": "wordpiece", "split": "bytes"}):
        with pytest.raises(ValidationError):
            Subwords(**wrong)
