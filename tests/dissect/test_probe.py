"""Probing a model for the tags of words."""

import math
from dataclasses import asdict

import numpy as np
import pytest
import torch
from dissect_models import bert, marian
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

import realdata
from tombola.dissect import ProbeSettings, control_task, probe
from tombola.dissect.probes import baselines, represent_words
from tombola.errors import UserError
from tombola.statistics.intervals import wilson
from tombola.study.kinds.probe import PROBES
from tombola.text.examples import TaggedSentence

ONE_EPOCH, TWO_EPOCHS = ProbeSettings(epochs=1), ProbeSettings(epochs=2)

LETTERS = "abcdefghij"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *("##" + c for c in LETTERS)]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """Every letter is a sub-token: word length is the number of sub-tokens. 'z' vanishes."""
    vocabulary = {token: i for i, token in enumerate(VOCABULARY)}
    pieces = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    pieces.normalizer = normalizers.Replace("z", "")
    pieces.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    pieces.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=40,
    )


def tagged(n: int, seed: int) -> list[TaggedSentence]:
    """A word's tag is its first letter's class, except after 'j', which turns it round."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        words = [
            "".join(rng.choice(list(LETTERS), rng.integers(1, 4)))
            for _ in range(rng.integers(2, 7))
        ]
        tags = []
        for before, word in zip(["a", *words], words, strict=False):
            high = word[0] > "d"
            tags.append("HIGH" if high != before.startswith("j") else "LOW")
        made.append(TaggedSentence(tuple(words), tuple(tags)))
    return made


def test_words_are_the_mean_of_their_sub_tokens(tokenizer, tmp_path) -> None:
    model = bert(seed=1)
    texts = [("ab", "c", "defg"), ("j",), ("hh", "a")]
    model.eval()
    for pooling in ("mean", "first", "last", "max"):
        file = tmp_path / pooling
        words = represent_words(model, tokenizer, texts, file, pooling=pooling, batch_size=2)
        assert isinstance(words.vectors, np.memmap)
        assert file.stat().st_size == 4 * 6 * 3 * 16 == words.vectors.nbytes
        for i, text in enumerate(texts):
            pieces = [("##" if k else "") + c for word in text for k, c in enumerate(word)]
            ids = torch.tensor([[2, *map(VOCABULARY.index, pieces), 3]])
            states = model.bert(ids, output_hidden_states=True).hidden_states
            start = 1
            for word, row in zip(text, words.rows([i]), strict=True):
                end = start + len(word)
                span = {
                    "mean": slice(start, end),
                    "first": slice(start, start + 1),
                    "last": slice(end - 1, end),
                    "max": slice(start, end),
                }[pooling]
                for layer in range(3):
                    own = states[layer][0, span].detach()
                    wanted = own.amax(0) if pooling == "max" else own.mean(0)
                    assert np.allclose(words.vectors[row, layer], wanted.numpy(), atol=1e-5)
                start = end


def test_a_result_per_layer_that_fits_the_table(tokenizer) -> None:
    train, dev = tagged(150, seed=2), tagged(60, seed=3)
    model = bert(seed=4).train()
    quick = ProbeSettings(epochs=30, learning_rate=3e-2, patience=5)
    found = probe(model, tokenizer, train, dev, seed=5, settings=quick)
    assert [row.layer for row in found] == [0, 1, 2]
    n = sum(len(s.words) for s in dev)
    chance, word_baseline = baselines(train, dev)
    for row in found:
        assert (row.n, row.chance, row.word_baseline) == (n, chance, word_baseline)
        assert row.low < row.value < row.high
        assert (row.low, row.high) == wilson(round(row.value * n), n)
        assert row.value > chance
        assert row.stack == "encoder"
    columns = set(PROBES.columns) - {"model", "probe", "signature"}
    assert set(asdict(found[0])) == columns | {"n_train", "n_skipped"}
    assert model.training
    assert found == probe(model, tokenizer, train, dev, seed=5, settings=quick)
    other = probe(model, tokenizer, train, dev, seed=6, settings=quick)
    assert [r.value for r in found] != [r.value for r in other]


def test_batches_change_nothing(tokenizer, tmp_path) -> None:
    texts = [s.words for s in tagged(20, seed=7)]
    one = represent_words(bert(1), tokenizer, texts, tmp_path / "1", batch_size=1)
    many = represent_words(bert(1), tokenizer, texts, tmp_path / "2", batch_size=7)
    assert np.allclose(one.vectors, many.vectors, atol=1e-5)
    assert np.array_equal(one.starts, many.starts)


def test_shuffled_tags_score_at_chance(tokenizer) -> None:
    train, dev = tagged(200, seed=8), tagged(200, seed=9)
    rng = np.random.default_rng(10)

    def shuffled(sentences):
        tags = iter(rng.choice(["A", "B"], sum(len(s.words) for s in sentences)))
        return [TaggedSentence(s.words, tuple(str(next(tags)) for _ in s.words)) for s in sentences]

    for row in probe(
        bert(11),
        tokenizer,
        shuffled(train),
        shuffled(dev),
        seed=12,
        settings=ProbeSettings(epochs=20),
    ):
        assert abs(row.value - 0.5) < 4 * math.sqrt(0.25 / row.n)


def test_an_encoder_of_two_stacks(tokenizer) -> None:
    found = probe(
        marian(1), tokenizer, tagged(60, seed=2), tagged(20, seed=3), seed=4, settings=TWO_EPOCHS
    )
    assert [row.layer for row in found] == [0, 1, 2]


def test_baselines_by_hand() -> None:
    train = [
        TaggedSentence(("a", "b", "a", "c"), ("X", "Y", "Y", "Z")),
        TaggedSentence(("a", "b"), ("X", "Y")),
    ]
    dev = [TaggedSentence(("a", "b", "new", "C"), ("X", "Z", "Y", "Z"))]
    # most frequent: Y (3 of 6). a: X, b: Y, c: Z, unseen: Y
    assert baselines(train, dev) == (1 / 4, 2 / 4)
    tied = [TaggedSentence(("b", "b"), ("Q", "P"))]
    assert baselines(tied, [TaggedSentence(("b", "x"), ("P", "P"))]) == (1, 1)


def test_a_tag_unseen_in_training_is_an_error(tokenizer) -> None:
    train = tagged(60, seed=1)
    dev = [TaggedSentence(s.words, ("NEW",) * len(s.words)) for s in tagged(10, seed=2)]
    assert [row.value for row in probe(bert(3), tokenizer, train, dev, 4, settings=ONE_EPOCH)] == [
        0,
        0,
        0,
    ]


def test_long_sentences_are_refused_or_skipped_never_cut(tokenizer) -> None:
    train, dev = tagged(30, seed=1), tagged(10, seed=2)
    long = TaggedSentence(("abcdefghij",) * 4, ("HIGH",) * 4)  # 42 tokens; 40 are allowed
    with pytest.raises(UserError, match=r"1 of 33 sentences have more than 40 tokens.* sentence 3"):
        probe(bert(3), tokenizer, [*train[:2], long, *train], dev, 4, settings=ONE_EPOCH)
    found = probe(
        bert(3), tokenizer, [*train[:2], long, *train[2:]], [*dev, long], 4, settings=TWO_EPOCHS,
        too_long="skip",
    )  # fmt: skip
    plain = probe(bert(3), tokenizer, train, dev, 4, settings=TWO_EPOCHS)
    assert [row.n_skipped for row in found] == [2] * 3
    assert [row.value for row in found] == [row.value for row in plain]
    assert [row.chance for row in found] == [row.chance for row in plain]
    assert probe(bert(3), tokenizer, [*train, long], dev, 4, settings=ONE_EPOCH, max_tokens=42)
    with pytest.raises(UserError, match="no sentences"):
        probe(bert(3), tokenizer, [long], dev, 4, too_long="skip")


def test_bad_sentences_are_said(tokenizer, tmp_path) -> None:
    train, dev = tagged(30, seed=1), tagged(10, seed=2)
    for bad, said in (
        (TaggedSentence(("a", "zz"), ("X", "Y")), "sentence 31.*no token of word 2, 'zz'"),
        (TaggedSentence((), ()), "sentence 31 has no words"),
        (TaggedSentence(("a", "b"), ("X",)), "train sentence 31 has 2 words and 1 tags"),
    ):
        with pytest.raises(UserError, match=said):
            probe(bert(3), tokenizer, [*train, bad], dev, 4, folder=tmp_path)
    assert not list(tmp_path.iterdir())  # nothing is left behind
    with pytest.raises(UserError, match="unknown pooling 'cut'; allowed"):
        represent_words.__wrapped__(  # a user's run has no type checks
            bert(3), tokenizer, [("a",)], tmp_path / "x", pooling="cut"
        )


def test_control_task_draws_a_tag_per_form() -> None:
    train = [
        TaggedSentence(tuple(f"w{i}" for i in range(k, k + 20)), ("A",) * 14 + ("B",) * 6)
        for k in range(0, 4000, 10)
    ]
    dev = [TaggedSentence(("w3", "new", "w3"), ("A", "B", "A"))]
    new_train, new_dev = control_task(train, dev, seed=1)
    tag_of: dict[str, set[str]] = {}
    for sentence in (*new_train, *new_dev):
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            tag_of.setdefault(word, set()).add(tag)
    assert all(len(tags) == 1 for tags in tag_of.values())
    share = sum(tags == {"A"} for tags in tag_of.values()) / len(tag_of)
    assert share == pytest.approx(0.7, abs=4 * math.sqrt(0.21 / len(tag_of)))
    assert control_task(train, dev, seed=1) == (new_train, new_dev)
    assert control_task(train, dev, seed=2) != (new_train, new_dev)


def test_wilson_by_its_formula() -> None:
    z = 1.959963984540054
    for k, n in ((0, 5), (3, 7), (950, 1000), (10, 10)):
        p, low_high = k / n, wilson(k, n)
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        assert low_high == pytest.approx((centre - half, centre + half), abs=1e-12)


def test_a_real_encoder_knows_nouns_in_context() -> None:
    folder = realdata.minilm()
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    # Each ambiguous form is a noun as often as a verb: words alone say nothing about it.
    forms = ("walk", "run", "talk", "plan", "dance", "sleep", "dream", "hope")
    heads = ("The", "His", "Our", "That")
    people = ("We", "They", "You", "People")
    made = []
    for form in forms:
        for head, person in zip(heads, people, strict=True):
            noun = ("DET", "NOUN", "VERB", "ADV")
            made.append(TaggedSentence((head, form, "ended", "today"), noun))
            made.append(
                TaggedSentence((person, form, "very", "often"), ("PRON", "VERB", "ADV", "ADV"))
            )
    dev = [s for s in made if s.words[1] in forms[:2]]
    train = [s for s in made if s.words[1] not in forms[:2]]
    few = ProbeSettings(batch_sentences=8, patience=10)  # 48 training sentences
    found = probe(model, tokenizer, train, dev, seed=1, settings=few)
    assert len(found) == 7
    assert found[0].word_baseline < 0.8
    assert found[4].value > found[0].value
    assert found[4].low > found[4].word_baseline
