"""Probing a model for what is known of words."""

import math
import warnings

import numpy as np
import pytest
import torch
from dissect_models import bert, marian
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

import realdata
from tombola.dissect import (
    CutShort,
    ProbeResult,
    ProbeSettings,
    UnknownSubTokens,
    best_layer,
    probe,
)
from tombola.dissect.probes import represent_words
from tombola.errors import UserError
from tombola.language import Language
from tombola.study.kinds.probe import PROBES
from tombola.tasks import (
    WORD_TASKS,
    WordData,
    as_words,
    load_builtin_words,
    load_task,
    word_tokenizer,
)
from tombola.tasks.words import Labelled, Target

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


def labelled(words, tags) -> Labelled:
    targets = tuple(Target((i,), tag) for i, tag in enumerate(tags))
    return Labelled(tuple(words), targets, "")


def tagged(n: int, seed: int) -> tuple[Labelled, ...]:
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
        made.append(labelled(words, tags))
    return tuple(made)


def data(train, dev, test=None) -> WordData:
    return WordData(WORD_TASKS["pos"], ("HIGH", "LOW"), tuple(train), tuple(dev), test)


def test_words_are_made_of_their_sub_tokens(tokenizer, tmp_path) -> None:
    model = bert(seed=1)
    texts = [("ab", "c", "defg"), ("j",), ("hh", "a")]
    model.eval()
    for pooling in ("mean", "first", "last", "max"):
        file = tmp_path / pooling
        words = represent_words(
            model, tokenizer, texts, file, pooling=pooling, batch_size=2, precision="single"
        )
        for i, text in enumerate(texts):
            pieces = [("##" if k else "") + c for word in text for k, c in enumerate(word)]
            ids = torch.tensor([[2, *map(VOCABULARY.index, pieces), 3]])
            states = model.bert(ids, output_hidden_states=True).hidden_states
            start = 1
            for word, row in zip(text, range(*words.starts[i : i + 2]), strict=True):
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
                    assert np.allclose(words.vectors[layer, row], wanted.numpy(), atol=1e-5)
                start = end


def test_a_result_for_every_layer_kind_and_replicate(tokenizer) -> None:
    given = data(tagged(120, seed=2), tagged(40, seed=3))
    model = bert(seed=4).train()
    quick = ProbeSettings(epochs=20, learning_rate=3e-2, patience=5, hidden=(0, 8), replicates=2)
    found = probe(model, tokenizer, given, seed=5, settings=quick)
    assert [(r.hidden, r.layer, r.replicate) for r in found] == [
        (hidden, layer, i) for hidden in (0, 8) for layer in range(3) for i in range(2)
    ]
    n = sum(len(s.words) for s in given.dev)
    for row in found:
        assert (row.n, row.texts, row.n_unseen, row.unknown) == (n, 40, 0, 0)
        assert row.low < row.value < row.high
        assert (row.stack, row.task, row.metric) == ("encoder", "pos", "accuracy")
        assert 1 <= row.epoch <= 20
    assert max(row.value for row in found) > found[0].chance + 0.1
    assert set(PROBES.columns) - set(ProbeResult.__annotations__) == {
        "model", "probe", "asked", "by", "redrawn", "signature",
    }  # fmt: skip
    assert model.training
    again = probe(model, tokenizer, given, seed=5, settings=quick)
    assert [r.value for r in found] == [r.value for r in again]
    other = probe(model, tokenizer, given, seed=6, settings=quick)
    assert [r.value for r in found] != [r.value for r in other]


def test_a_third_split_is_scored_and_dev_decides_when_to_stop(tokenizer) -> None:
    train, dev, test = tagged(60, 1), tagged(20, 2), tagged(30, 3)
    found = probe(bert(4), tokenizer, data(train, dev, test), settings=TWO_EPOCHS)
    assert found[0].n == sum(len(s.words) for s in test)
    assert found[0].n_train == sum(len(s.words) for s in train)
    two = probe(bert(4), tokenizer, data(train, test), settings=TWO_EPOCHS)
    assert two[0].n == found[0].n
    assert two[0].n_train < found[0].n_train  # a tenth is held out


def test_probes_that_were_cut_short_are_said(tokenizer) -> None:
    given = data(tagged(30, seed=2), tagged(20, seed=3))
    slow = ProbeSettings(epochs=8, patience=7, learning_rate=1e-2)
    with pytest.warns(CutShort, match="of 3 probes still got better when 8 epochs were over"):
        probe(bert(4), tokenizer, given, settings=slow)
    long = ProbeSettings(epochs=60, patience=2, learning_rate=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CutShort)
        probe(bert(4), tokenizer, given, settings=long)
        probe(bert(4), tokenizer, given, settings=ONE_EPOCH)  # who asks for so few knows


def test_control_labels_and_codes_where_asked(tokenizer) -> None:
    given = data(tagged(40, seed=2), tagged(20, seed=3))
    plain = ProbeSettings(epochs=3, learning_rate=3e-2)
    more = plain.model_copy(update={"control": True, "code": True})
    found = probe(bert(4), tokenizer, given, settings=more)
    without = probe(bert(4), tokenizer, given, settings=plain)
    for row, other in zip(found, without, strict=True):
        assert row.value == other.value
        assert 0 < row.control < 1
        assert row.uniform_bits == sum(len(s.words) for s in given.train)  # two classes
        assert 0 < row.bits < row.control_bits * 1.3
        assert math.isnan(other.control)
        assert math.isnan(other.bits)


def test_the_layer_is_chosen_by_the_other_score() -> None:
    def result(layer: int, stopping: float, value: float) -> ProbeResult:
        rest = {name: kind() for name, kind in ProbeResult.__annotations__.items()}
        return ProbeResult(**{**rest, "layer": layer, "stopping": stopping, "value": value})

    made = [result(0, 0.5, 0.9), result(1, 0.8, 0.7), result(1, 0.6, 0.7), result(2, math.nan, 0.8)]
    assert best_layer(made) == 1
    assert best_layer(made, by="as_published") == 0
    with pytest.raises(ValueError, match="no results"):
        best_layer([])


def test_all_eighteen_on_the_built_in_language_with_texts_read_once(tmp_path) -> None:
    small = Language(lexicon=40, depth=1)
    given = {
        name: load_builtin_words(name, 16, 8, 8, 0, small)
        for name in WORD_TASKS
        if name != "coreference"  # documents take long to make
    }
    tokenizer = word_tokenizer(
        line for one in given.values() for t in one.train for line in t.lines
    )
    model = bert(1, vocab_size=len(tokenizer), num_hidden_layers=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSubTokens)
        found = probe(model, tokenizer, given, settings=TWO_EPOCHS, folder=tmp_path)
    assert [(r.task, r.layer) for r in found] == [(n, layer) for n in given for layer in (0, 1)]
    assert {r.metric for r in found} == {"accuracy", "span_f1", "f1", "pearson"}
    assert [r.task for r in found if not math.isnan(r.error)] == ["factuality"] * 2
    # sentences, and sentences of which half have an error: three splits each
    assert len(list(tmp_path.glob("*.npy"))) == 6


def test_documents_are_read_through_windows(tokenizer) -> None:
    word = WORD_TASKS["coreference"]
    documents = tuple(
        Labelled(("ab", "c", "d") * 20, (Target((50, 0), "arc"), Target((50, 7 + i), "none")), "")
        for i in range(12)
    )
    given = WordData(word, ("arc", "none"), documents, documents, None)
    found = probe(bert(1), tokenizer, given, settings=ONE_EPOCH)
    assert {(r.n_windowed, r.n_skipped, r.n) for r in found} == {(24, 0, 24)}
    with pytest.raises(UserError, match="coreference: 12 of 12 sentences have more than 40 tokens"):
        probe(bert(1), tokenizer, given, settings=ONE_EPOCH, too_long="refuse")


def test_an_encoder_and_a_decoder_of_two_stacks(tokenizer) -> None:
    given = data(tagged(40, seed=2), tagged(20, seed=3))
    found = probe(marian(1), tokenizer, given, settings=ONE_EPOCH)
    assert [(row.stack, row.layer) for row in found] == [("encoder", i) for i in range(3)]
    found = probe(marian(1), tokenizer, given, settings=ONE_EPOCH, stack="decoder", layers=[1])
    assert [(row.stack, row.layer) for row in found] == [("decoder", 1)]


def test_a_tag_unseen_in_training_is_an_error_and_counted(tokenizer) -> None:
    dev = [labelled(s.words, ["NEW"] * len(s.words)) for s in tagged(10, seed=2)]
    for row in probe(bert(3), tokenizer, data(tagged(60, seed=1), dev), settings=ONE_EPOCH):
        assert (row.value, row.n_unseen) == (0, row.n)


def test_long_sentences_are_refused_skipped_or_windowed_never_cut(tokenizer) -> None:
    train, dev = tagged(30, seed=1), tagged(10, seed=2)
    long = labelled(("abcdefghij",) * 4, ("HIGH",) * 4)  # 42 tokens; 40 are allowed
    longer = data([*train[:2], long, *train[2:]], [*dev, long])
    with pytest.raises(UserError, match=r"1 of 31 sentences have more than 40 tokens.* sentence 3"):
        probe(bert(3), tokenizer, longer, settings=ONE_EPOCH, too_long="refuse")
    found = probe(bert(3), tokenizer, longer, 4, TWO_EPOCHS, too_long="skip")
    plain = probe(bert(3), tokenizer, data(train, dev), 4, TWO_EPOCHS)
    assert [row.n_skipped for row in found] == [2] * 3
    assert [row.value for row in found] == [row.value for row in plain]
    assert [row.chance for row in found] == [row.chance for row in plain]
    whole = probe(bert(3), tokenizer, longer, settings=ONE_EPOCH)
    assert [(row.n - plain[0].n, row.n_windowed) for row in whole] == [(4, 2)] * 3
    with pytest.raises(UserError, match="no sentences"):
        probe(bert(3), tokenizer, data([*train, long], [long]), 4, too_long="skip")


def test_foreign_text_is_warned_of(tokenizer) -> None:
    train, dev = tagged(30, seed=1), tagged(10, seed=2)
    foreign = [labelled(("xyw", *s.words), ("LOW", *(t.label for t in s.targets))) for s in dev]
    with pytest.warns(UnknownSubTokens, match=r"does not know 8\.\d% of the text's sub-tokens"):
        found = probe(bert(3), tokenizer, data(train, foreign), settings=ONE_EPOCH)
    assert found[0].unknown > 0.08


def test_bad_texts_are_said(tokenizer, tmp_path) -> None:
    train, dev = tagged(30, seed=1), tagged(10, seed=2)
    for bad, said in (
        (labelled(("a", "zz"), ("LOW", "LOW")), "pos: sentence 31.*no token of word 2, 'zz'"),
        (Labelled((), (), ""), "pos: sentence 31 has no words"),
    ):
        with pytest.raises(UserError, match=said):
            probe(bert(3), tokenizer, data([*train, bad], dev), 4, folder=tmp_path)
    assert not list(tmp_path.glob("*.npy"))  # nothing is left behind
    with pytest.raises(UserError, match="pos: the dev text has nothing to label"):
        probe(bert(3), tokenizer, data(train, [Labelled(("a",), (), "")]), 4)
    with pytest.raises(UserError, match="'pos': the training text has one class only, 'LOW'"):
        probe(bert(3), tokenizer, data([labelled(("a",), ("LOW",))] * 9, dev), 4)
    with pytest.raises(UserError, match="too few to hold"):
        probe(bert(3), tokenizer, data([labelled(("a", "b"), ("LOW", "HIGH"))], dev), 4)
    with pytest.raises(UserError, match="unknown pooling 'cut'; allowed"):
        represent_words.__wrapped__(  # a user's run has no type checks
            bert(3), tokenizer, [("a",)], tmp_path / "x", pooling="cut"
        )


def test_tags_are_a_word_task_too() -> None:
    task = load_task("builtin-pos", train=10, dev=5)
    words = as_words(task)
    assert words.task.name == "pos"
    assert words.test is None
    assert [t.label for t in words.train[0].targets] == list(task.train[0].tags)
    with pytest.raises(UserError, match="a probe needs labels of words; this is classification"):
        as_words(load_task("builtin-acceptability", train=10, dev=5))


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
            made.append(labelled((head, form, "ended", "today"), noun))
            made.append(labelled((person, form, "very", "often"), ("PRON", "VERB", "ADV", "ADV")))
    dev = [s for s in made if s.words[1] in forms[:2]]
    train = [s for s in made if s.words[1] not in forms[:2]]
    few = ProbeSettings(batch_sentences=8, patience=10)  # 48 training sentences
    found = probe(model, tokenizer, data(train, dev), 1, few)
    assert len(found) == 7
    assert found[0].word_baseline < 0.8
    assert found[4].value > found[0].value
    assert found[4].low > found[4].word_baseline
