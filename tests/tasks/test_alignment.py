"""Every word gets its sub-tokens, whatever the tokenizer, and no sentence is cut."""

import gzip
import unicodedata
from itertools import chain, pairwise

import numpy as np
import pytest
from conllu import parse_incr
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from realdata import folder, minilm
from tiny_tokenizers import KINDS, TEXT, running_text
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, word_tokenizer
from tombola.text import TaggedSentence, align
from tombola.text.alignment.windows import widest, windows

SENTENCES = [
    ["Tokenization", "of", "http://x.org/a_b", "isn't", "antidisestablishmentarianism", "."],
    ["Go"],
    ["naïve", "東京", "3.14", "—"],
]
KNOWN = [text.split() for text in TEXT[:5]]
"""Words whose characters every tiny tokenizer has seen."""


@pytest.fixture(scope="module")
def real():
    return AutoTokenizer.from_pretrained(minilm())


@pytest.fixture(scope="module", params=KINDS)
def kind(request, tmp_path_factory):
    return request.param, KINDS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def ewt_dev() -> list[list[str]]:
    with gzip.open(folder("ud_ewt") / "en_ewt-ud-dev.conllu.gz", "rt", encoding="utf-8") as file:
        return [
            [token["form"] for token in sentence if isinstance(token["id"], int)]
            for sentence in parse_incr(file)
        ]


def contents(aligned) -> list[list[list[int]]]:
    """Ids of each word of each sentence."""
    rows = [row["input_ids"] for row in aligned.rows]
    ids = [
        rows[row][start:end]
        for row, start, end in zip(aligned.row, aligned.start, aligned.end, strict=True)
    ]
    ends = np.cumsum(aligned.n_words)
    return [ids[end - n : end] for end, n in zip(ends, aligned.n_words, strict=True)]


def check_partition(tokenizer, aligned) -> None:
    """Words follow each other without gaps; around them are the special tokens and no others."""
    around = tokenizer.build_inputs_with_special_tokens([]) if not tokenizer.is_fast else None
    if around is None:
        around = tokenizer("", add_special_tokens=True)["input_ids"]
    for row, spans in zip(aligned.rows, aligned.spans, strict=True):
        ids = row["input_ids"]
        assert all(start < end for start, end in spans)
        assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]
        assert ids[: spans[0][0]] + ids[spans[-1][1] :] == around
        assert all(len(column) == len(ids) for column in row.values())
        assert row["attention_mask"] == [1] * len(ids)


def test_words_are_tokenized_as_in_running_text(kind):
    _, tokenizer = kind
    aligned = align(KNOWN + SENTENCES, tokenizer)
    assert aligned.kept == tuple(range(8))
    check_partition(tokenizer, aligned)
    for words, ids in zip(KNOWN + SENTENCES, contents(aligned), strict=True):
        assert len(ids) == len(words)
        assert list(chain(*ids)) == running_text(tokenizer, words)


def test_sub_tokens_spell_their_word(kind):
    name, tokenizer = kind
    for words, ids in zip(KNOWN, contents(align(KNOWN, tokenizer)), strict=True):
        for word, own in zip(words, ids, strict=True):
            if name == "marian":
                pieces = tokenizer.convert_ids_to_tokens(own)
                spelt = "".join(pieces).removeprefix("▁")
            elif name == "bert":
                pieces = tokenizer.convert_ids_to_tokens(own)
                spelt = "".join(piece.removeprefix("##") for piece in pieces)
                plain = unicodedata.normalize("NFD", word.lower())
                word = "".join(c for c in plain if unicodedata.category(c) != "Mn")
            else:
                spelt = tokenizer.decode(own, clean_up_tokenization_spaces=False).strip(" ")
            assert spelt == word


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("marian", "byt5")])
def test_fast_tokenizers_agree_with_their_own_word_ids(name, tmp_path):
    tokenizer = KINDS[name](tmp_path)
    aligned = align(KNOWN, tokenizer)
    for words, row, spans in zip(KNOWN, aligned.rows, aligned.spans, strict=True):
        with_blanks = [words[0], *(f" {word}" for word in words[1:])]
        same = [
            tokenizer(given, is_split_into_words=True)
            for given in (words, with_blanks)
            if tokenizer(given, is_split_into_words=True)["input_ids"] == row["input_ids"]
        ]
        assert same
        for encoded in same:
            ids = encoded.word_ids()
            firsts = [ids.index(i) for i in range(len(words))]
            ends = [len(ids) - ids[::-1].index(i) for i in range(len(words))]
            assert spans == tuple(zip(firsts, ends, strict=True))


def test_a_tokenizer_that_was_told_to_add_blanks_is_left_alone():
    tokenizer = KINDS["roberta"](None)
    own = tokenizer.backend_tokenizer.to_str()
    assert '"add_prefix_space":false' in own.replace(" ", "")
    told = type(tokenizer)(
        tokenizer_object=type(tokenizer.backend_tokenizer).from_str(
            own.replace('"add_prefix_space":false', '"add_prefix_space":true')
        ),
        pad_token="<pad>",
    )
    words = ["small", "frogs", "17"]
    (first, *rest), *_ = contents(align([words], told))
    assert told.convert_ids_to_tokens(first)[0].startswith("Ġ")
    assert rest == contents(align([words], tokenizer))[0][1:]


@pytest.mark.parametrize("word", ["", " ", "\t"])
def test_no_kind_makes_a_token_of_nothing(kind, word):
    _, tokenizer = kind
    sentences = [["soft"], ["The", "small", word, "frogs"]]
    with pytest.raises(UserError, match=r"sentence 2: .* no token of word 3, '.*', in 'The small"):
        align(sentences, tokenizer)


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\x00"])
def test_a_word_without_tokens_is_said(real, word):
    with pytest.raises(UserError, match=r"makes no token of word 2, '.*', in 'soft"):
        align([["soft", word, "hard"]], real, 64)
    many = [["soft"]] * 2500  # beyond what is tokenized at once
    with pytest.raises(UserError, match="sentence 2501: "):
        align([*many, ["hard", word]], real)


def test_a_sentence_needs_words(real):
    with pytest.raises(UserError, match="sentence 2 has no words"):
        align([["a"], []], real)
    with pytest.raises(UserError, match="no sentences"):
        align([], real)


def test_every_sentence_of_a_treebank(kind, ewt_dev):
    name, tokenizer = kind
    assert len(ewt_dev) == 2001
    aligned = align(ewt_dev, tokenizer)
    assert aligned.kept == tuple(range(2001))
    assert aligned.n_words.tolist() == [len(words) for words in ewt_dev]
    assert (aligned.end > aligned.start).all()
    for words, row, spans in zip(ewt_dev, aligned.rows, aligned.spans, strict=True):
        assert row["input_ids"][spans[0][0] : spans[-1][1]] == running_text(tokenizer, words)
    if name in ("roberta", "gpt2", "llama3", "gemma", "byt5", "llama2"):  # bytes lose nothing
        for words, ids in zip(ewt_dev, contents(aligned), strict=True):
            for word, own in zip(words, ids, strict=True):
                assert tokenizer.decode(own, clean_up_tokenization_spaces=False).strip(" ") == word


def test_every_sentence_by_a_published_vocabulary(real, ewt_dev):
    aligned = align(ewt_dev, real)
    assert aligned.kept == tuple(range(2001))
    check_partition(real, aligned)
    for words, ids in zip(ewt_dev, contents(aligned), strict=True):
        assert [real.convert_ids_to_tokens(own) for own in ids] == [
            real.tokenize(word) for word in words
        ]


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


def test_long_sentences_are_refused_or_skipped_and_never_cut(real):
    longest = len(real(" ".join(SENTENCES[0]))["input_ids"])
    assert align(SENTENCES, real, longest).kept == (0, 1, 2)
    said = f"1 of 3 sentences have more than 10 tokens; the first is sentence 1 with {longest}"
    with pytest.raises(UserError, match=said):
        align(SENTENCES, real, 10)
    dropped = align(SENTENCES, real, 10, too_long="skip")
    assert dropped.kept == (1, 2)
    assert dropped.skipped == (0,)
    alone = align(SENTENCES[1:], real, 10)
    assert dropped.rows == alone.rows
    assert dropped.spans == alone.spans
    nothing = align(SENTENCES[:1], real, 10, too_long="skip")
    assert (len(nothing), nothing.kept, nothing.skipped) == (0, (), (0,))
    with pytest.raises(UserError, match="unknown too_long 'cut'; allowed: refuse, skip, window"):
        align.__wrapped__(SENTENCES, real, 10, too_long="cut")


@settings(deadline=None, max_examples=200)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=40),
    room=st.integers(6, 20),
    data=st.data(),
)
def test_windows_cover_every_word_and_context_is_the_most(sizes, room, data):
    stride = data.draw(st.integers(1, room))
    spans = windows(np.array(sizes), room, stride)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(sizes)
    for (a, b), (c, d) in pairwise(spans):
        assert a < c <= b < d  # they overlap or touch, and each goes on
        # a word earlier, there would be no new word in it
        assert sum(sizes[a:c]) <= stride or sum(sizes[c - 1 : b + 1]) > room
    for first, last in spans:
        assert sum(sizes[first:last]) <= room
        if last < len(sizes):
            assert sum(sizes[first : last + 1]) > room  # full
    if len(spans) > 1:
        assert sum(sizes[spans[-1][0] - 1 :]) > room
    chosen = widest(np.array(sizes), spans)
    for word, window in enumerate(chosen):
        context = {}
        for number, (first, last) in enumerate(spans):
            if first <= word < last:
                left = sum(sizes[first:word]) if first else 1e9
                right = sum(sizes[word + 1 : last]) if last < len(sizes) else 1e9
                context[number] = min(left, right)
        assert context[window] == max(context.values())
        assert window == min(n for n, c in context.items() if c == context[window])


def test_documents_are_read_through_windows(kind):
    _, tokenizer = kind
    document = list(chain(*KNOWN))
    sentences = [KNOWN[0], document, KNOWN[1]]
    whole = align(sentences, tokenizer)
    longest = int(max(whole.end - whole.start))
    n_special = len(whole.rows[0]["input_ids"]) - int(
        sum((whole.end - whole.start)[: len(KNOWN[0])])
    )
    limit = int(max(whole.lengths[0], whole.lengths[2], longest + n_special))
    for stride in (None, 1, limit - n_special):
        aligned = align(sentences, tokenizer, limit, "window", stride)
        assert aligned.kept == (0, 1, 2)
        assert len(aligned) > 3
        assert aligned.lengths.max() <= limit
        assert contents(aligned) == contents(whole)  # every word once, with all its sub-tokens
        first, last = aligned.rows[0], aligned.rows[-1]
        assert (first, last) == (whole.rows[0], whole.rows[2])
        before, after = whole.spans[0][0][0], n_special - whole.spans[0][0][0]
        ids = whole.rows[1]["input_ids"]
        inner = str(ids[before : len(ids) - after])[1:-1]
        for row in aligned.rows[1:-1]:
            own = row["input_ids"]
            assert own[:before] == ids[:before]
            assert own[len(own) - after :] == ids[len(ids) - after :]
            assert str(own[before : len(own) - after])[1:-1] in inner
    with pytest.raises(UserError, match=r"word \d+, '.*', has \d+ tokens; a window of .* room for"):
        align(sentences, tokenizer, n_special + longest - 1, "window")
    with pytest.raises(UserError, match="stride 0 between windows; allowed: 1 to"):
        align(sentences, tokenizer, limit, "window", 0)


def test_tags_of_any_tokenizer_stand_on_first_sub_tokens(kind):
    _, tokenizer = kind
    tags = tuple("AB"[i % 2] for i in range(len(KNOWN[0])))
    encode = TASK_KINDS["tagging"].encode
    (row,) = encode([TaggedSentence(tuple(KNOWN[0]), tags)], tokenizer, 200, ("A", "B")).rows
    firsts = [start for start, _ in align([KNOWN[0]], tokenizer).spans[0]]
    assert [row["labels"][i] for i in firsts] == ["AB".index(tag) for tag in tags]
    assert sum(label != -100 for label in row["labels"]) == len(tags)
    cut = encode([TaggedSentence(tuple(KNOWN[0]), tags)], tokenizer, 12, ("A", "B"))
    assert cut.n_cut == 1
    assert {len(column) for column in cut[0].values()} == {12}
