import pytest
from transformers import AutoTokenizer

from realdata import minilm
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, Task, encode, word_tokenizer
from tombola.text import IGNORED, SentenceExample, TaggedSentence, TranslationExample

TEXTS = ["the cat sees the dog", "a dog sleeps", "the dog sees a cat near the house"]


SENTENCES, TRANSLATIONS, TAGGED = (
    TASK_KINDS[name].encode for name in ("classification", "translation", "tagging")
)


@pytest.fixture(scope="module")
def real():
    return AutoTokenizer.from_pretrained(minilm())


def test_vocabulary_is_from_frequent_to_rare_and_ties_in_order():
    tokenizer = word_tokenizer(TEXTS)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    expected = [*specials, "the", "dog", "a", "cat", "sees", "house", "near", "sleeps"]
    assert [tokenizer.convert_ids_to_tokens(i) for i in range(len(tokenizer))] == expected
    assert word_tokenizer(reversed(TEXTS)).get_vocab() == tokenizer.get_vocab()
    assert len(word_tokenizer(TEXTS, max_words=2)) == 7
    with pytest.raises(UserError, match="no words"):
        word_tokenizer(["", " "])


def test_encoder_template_is_that_of_bert():
    tokenizer = word_tokenizer(TEXTS)
    row = tokenizer("the dog", "a xyz")
    tokens = tokenizer.convert_ids_to_tokens(row["input_ids"])
    assert tokens == ["[CLS]", "the", "dog", "[SEP]", "a", "[UNK]", "[SEP]"]
    assert row["token_type_ids"] == [0, 0, 0, 0, 1, 1, 1]
    assert tokenizer.decode(row["input_ids"], skip_special_tokens=True) == "the dog a"
    assert (tokenizer.mask_token, tokenizer.unk_token) == ("[MASK]", "[UNK]")


def test_translation_template_ends_only():
    tokenizer = word_tokenizer(TEXTS, "translation")
    row = tokenizer("the dog")
    assert tokenizer.convert_ids_to_tokens(row["input_ids"]) == ["the", "dog", "[SEP]"]
    assert set(row) == {"input_ids", "attention_mask"}
    assert tokenizer.eos_token == "[SEP]"


@pytest.mark.parametrize("purpose", ["encoder", "translation"])
def test_saved_and_loaded_it_is_the_same(tmp_path, purpose):
    tokenizer = word_tokenizer(TEXTS, purpose)
    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.get_vocab() == tokenizer.get_vocab()
    assert dict(loaded("the cat", "a dog")) == dict(tokenizer("the cat", "a dog"))
    for name in ("pad", "unk", "cls", "sep", "mask", "bos", "eos"):
        assert getattr(loaded, f"{name}_token_id") == getattr(tokenizer, f"{name}_token_id")


def test_sentences_and_pairs_as_the_tokenizer_has_them(real):
    examples = [
        SentenceExample("A cat.", None, 1),
        SentenceExample("word " * 40, None, 0),
        SentenceExample("A cat.", "unbelievable " * 30, 2.5),
    ]
    with pytest.raises(ValueError, match="mixed"):
        SENTENCES(examples, real, 12)
    for chosen in (examples[:2], examples[2:]):
        encoded = SENTENCES(chosen, real, 12)
        for row, example in zip(encoded, chosen, strict=True):
            pair = () if example.pair is None else (example.pair,)
            direct = real(example.text, *pair, truncation=True, max_length=12)
            assert row == {**direct, "labels": example.label}
        assert encoded.n_cut == 1
        assert len(encoded) == len(chosen)


def test_nothing_is_cut_at_exactly_the_limit():
    tokenizer = word_tokenizer(TEXTS)
    examples = [SentenceExample(text, None, None) for text in TEXTS]
    lengths = [len(text.split()) + 2 for text in TEXTS]
    for limit in range(3, 12):
        encoded = SENTENCES(examples, tokenizer, limit)
        assert encoded.n_cut == sum(length > limit for length in lengths)
        assert [len(row["input_ids"]) for row in encoded] == [min(n, limit) for n in lengths]
        assert "labels" not in encoded[0]


def test_translations_have_their_target_as_labels():
    tokenizer = word_tokenizer([*TEXTS, "ka mi tu"], "translation")
    examples = [TranslationExample("a dog sleeps", "ka mi"), TranslationExample("dog", "ka mi tu")]
    encoded = TRANSLATIONS(examples, tokenizer, 3)
    assert encoded.n_cut == 2
    encoded = TRANSLATIONS(examples, tokenizer, 4)
    assert encoded.n_cut == 0
    assert tokenizer.convert_ids_to_tokens(encoded[0]["labels"]) == ["ka", "mi", "[SEP]"]
    assert set(encoded[0]) == {"input_ids", "attention_mask", "labels"}


def test_tags_stand_on_the_first_piece_of_their_word(real):
    words = ("Tokenization", "of", "antidisestablishmentarianism")
    example = TaggedSentence(words, ("NOUN", "ADP", "NOUN"))
    encoded = TAGGED([example], real, 64, labels=("ADP", "NOUN"))
    pieces = [real.tokenize(word) for word in words]
    assert len(pieces[0]) > 1
    expected = [IGNORED]
    for piece, tag in zip(pieces, (1, 0, 1), strict=True):
        expected += [tag] + [IGNORED] * (len(piece) - 1)
    assert encoded[0]["labels"] == [*expected, IGNORED]
    assert encoded[0]["input_ids"] == real(" ".join(words))["input_ids"]
    cut = TAGGED([example], real, 6, labels=("ADP", "NOUN"))
    assert cut.n_cut == 1
    assert cut[0]["labels"] == [*expected[:5], IGNORED]


def test_a_word_without_tokens_is_said(real):
    example = TaggedSentence(("soft", "\u200b"), ("ADJ", "X"))
    with pytest.raises(UserError, match=r"no token of word 2, '\\u200b', in 'soft"):
        TAGGED([example], real, 64, labels=("ADJ", "X"))


def test_a_task_is_encoded_as_its_kind_does_it():
    tokenizer = word_tokenizer(TEXTS)
    example = TaggedSentence(("a", "dog"), ("DET", "NOUN"))
    task = Task("small", "tagging", ("NOUN", "DET"), "accuracy", (example,), (example,))
    assert encode(task, task.train, tokenizer, 8)[0]["labels"] == [IGNORED, 1, 0, IGNORED]


def test_misuse_is_refused():
    tokenizer = word_tokenizer(TEXTS)
    task = Task("small", "classification", ("no", "yes"), "accuracy", (), ())
    with pytest.raises(UserError, match="no examples"):
        encode(task, task.train, tokenizer, 8)
    with pytest.raises(ValueError, match="tags"):
        TAGGED([TaggedSentence(("a",), ("DET",))], tokenizer, 8)
    with pytest.raises(UserError, match="at most 2 tokens"):
        encode(task, [SentenceExample("a dog", None, 1)], tokenizer, 2)
