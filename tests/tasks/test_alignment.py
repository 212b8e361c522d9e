import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from realdata import minilm
from tombola.errors import UserError
from tombola.tasks import align, word_tokenizer

SENTENCES = [
    ["Tokenization", "of", "http://x.org/a_b", "isn't", "antidisestablishmentarianism", "."],
    ["Go"],
    ["naïve", "東京", "3.14", "—"],
]


@pytest.fixture(scope="module")
def real():
    return AutoTokenizer.from_pretrained(minilm())


def test_spans_hold_what_each_word_alone_becomes(real):
    aligned = align(SENTENCES, real, 128)
    assert aligned.kept == (0, 1, 2)
    assert len(aligned) == 3
    for words, row, spans in zip(SENTENCES, aligned.rows, aligned.spans, strict=True):
        pieces = real.convert_ids_to_tokens(row["input_ids"])
        assert [pieces[start:end] for start, end in spans] == [real.tokenize(w) for w in words]
        assert row["attention_mask"] == [1] * len(pieces)


@settings(deadline=None, max_examples=60)
@given(words=st.lists(st.text("abcXY'-.é1", min_size=1, max_size=12), min_size=1, max_size=8))
def test_spans_are_a_partition_of_the_tokens(real, words):
    aligned = align([words], real, 512)
    spans = aligned.spans[0]
    assert len(spans) == len(words)
    ends = [1, *(end for _, end in spans)]
    assert [start for start, _ in spans] == ends[:-1]  # one after the other, after [CLS]
    assert ends[-1] == len(aligned.rows[0]["input_ids"]) - 1
    assert all(start < end for start, end in spans)


def test_word_level_spans_are_the_words():
    tokenizer = word_tokenizer(["a b c"])
    assert align([["a", "c", "unseen"]], tokenizer, 8).spans == (((1, 2), (2, 3), (3, 4)),)


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\x00"])
def test_a_word_without_tokens_is_said(real, word):
    with pytest.raises(UserError, match=r"makes no token of word 2, '.*', in 'soft"):
        align([["soft", word, "hard"]], real, 64)


def test_long_sentences_are_errors_or_dropped_and_never_cut(real):
    longest = len(real(" ".join(SENTENCES[0]))["input_ids"])
    assert align(SENTENCES, real, longest).kept == (0, 1, 2)
    with pytest.raises(UserError, match=f"sentence 1 has {longest} tokens, at most 10"):
        align(SENTENCES, real, 10)
    dropped = align(SENTENCES, real, 10, too_long="drop")
    assert dropped.kept == (1, 2)
    assert len(dropped.rows) == len(dropped.spans) == 2
    assert dropped.rows == align(SENTENCES[1:], real, 10).rows
