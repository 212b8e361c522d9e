"""Similarity by kind of word, against direct float64 computations on the words themselves."""

from dataclasses import asdict

import pytest
import torch
from dissect_models import PAD, WORDS, batches, bert, marian, sentences
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from tombola import UserError
from tombola.dissect import layer_similarity, similarities_by_group, stream
from tombola.dissect.groups import Marked, Ranks, by_frequency, marked_words

TEXT = sentences(40, seed=1)
RANKS = Ranks.of(sentences(60, seed=7), (5, 20))
MEASURES = ("as_published", "debiased", "neurons")


def found(recentred: bool, size: int = 8, **more: object) -> dict[tuple[str, str], object]:
    models = {"dense": bert(1), "ticket": bert(2)}
    marked = by_frequency(models["dense"], batches(TEXT, size), {"encoder": RANKS}, exclude={7})
    names = {"frequency": RANKS.names}
    made = similarities_by_group(models, marked, names, MEASURES, recentred=recentred, **more)
    return {(row.measure, row.kind): row for row in made["dense", "ticket"]}


def rows_of_kind(kind: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Last layers of both models: the kind's words, and the mean of all."""
    ids = torch.tensor([i for text in TEXT for i in text])
    real = ids != 7
    own = torch.tensor([RANKS.names[RANKS.bin(int(i))] == kind for i in ids]) & real
    last = [torch.cat([b["encoder"][-1] for b in stream(bert(s), batches(TEXT, 8))]).double()
            for s in (1, 2)]  # fmt: skip
    x, y = last
    return x[own], y[own], x[real].mean(0), y[real].mean(0)


@pytest.mark.parametrize("recentred", [True, False])
def test_each_kind_is_what_its_words_give(recentred: bool) -> None:
    rows = found(recentred)
    assert {kind for _, kind in rows} == {"all", "1 to 5", "6 to 20", "21 on"}
    for kind in ("1 to 5", "6 to 20", "21 on"):
        x, y, a, b = rows_of_kind(kind)
        n = len(x)
        x, y = (x - x.mean(0), y - y.mean(0)) if recentred else (x - a, y - b)
        k, g = x @ x.T, y @ y.T
        published = rows["linear CKA, as published", kind]
        assert (published.n, published.width, published.short) == (n, 16, n < 16)
        assert published.value == pytest.approx(float((k * g).sum() / (k.norm() * g.norm())))
        norms = x.norm(dim=0)[:, None] * y.norm(dim=0)
        best = float(((x.T @ y).abs() / norms).amax(1).mean())
        assert rows["NeuronSim", kind].value == pytest.approx(best)
        if not recentred:
            k, g = (one - one.diag().diag() for one in (k, g))
            direct = float((k * g).sum() / (k.norm() * g.norm()))
            assert rows["linear CKA, debiased", kind].value == pytest.approx(direct)


def test_all_words_together_score_what_the_text_does() -> None:
    """And batches change nothing."""
    whole = layer_similarity(bert(1), bert(2), batches(TEXT, 8), MEASURES, exclude={7}, layers=[2])
    for recentred in (True, False):
        rows = found(recentred)
        for one in whole:
            assert rows[one.measure, "all"].value == pytest.approx(one.value, abs=1e-6)
            assert rows[one.measure, "all"].noise_floor == pytest.approx(one.noise_floor, abs=1e-6)
        for name, other in found(recentred, size=3, block_sentences=10).items():
            assert other.value == pytest.approx(rows[name].value, abs=1e-6)
            assert other.n == rows[name].n
        ends = rows["linear CKA, debiased", "all"]
        assert ends.low != ends.low if not recentred else True


def test_a_decoder_s_tokens_have_ranks_of_their_own() -> None:
    models = {"a": marian(1), "b": marian(2)}
    texts = batches(TEXT, 8, targets=sentences(40, seed=3))
    marked = by_frequency(models["a"], texts, {"decoder": RANKS}, exclude={PAD})
    (rows,) = similarities_by_group(models, marked, {"frequency": RANKS.names}).values()
    assert {row.stack for row in rows} == {"decoder"}
    targets = sentences(40, seed=3)
    read = sum(len(target) - 1 for target in targets)  # the start token is excluded
    assert next(row.n for row in rows if row.kind == "all") == read
    assert sum(row.n for row in rows if row.kind != "all") == read


def test_words_of_several_tokens_are_read_as_their_mean() -> None:
    texts = [["ab", "c"], ["c", "ab", "ab"]]
    kinds = {"pos": [["N", "V"], ["V", "N", None]]}
    marked, names = marked_words(texts, kinds, pieces(), stack="encoder", batch_size=2)
    assert names == {"pos": ("N", "V")}
    (one,) = marked
    assert isinstance(one, Marked)
    assert one.words["encoder"].tolist() == [[-1, 0, 0, 1, -1, -1, -1], [-1, 2, 3, 3, 4, 4, -1]]
    assert one.kinds["encoder"]["pos"].tolist() == [0, 1, 1, 0, -1]
    models = {"a": bert(1), "b": bert(2)}
    (rows,) = similarities_by_group(models, [one], names, "as_published").values()
    assert {row.kind: row.n for row in rows} == {"all": 5, "N": 2, "V": 2}
    states = next(iter(stream(models["a"], [one.batch])))["encoder"][-1]
    assert len(states) == 12


def pieces() -> PreTrainedTokenizerFast:
    """`ab` is two tokens, and sentences have a token at either end."""
    vocabulary = {"[PAD]": PAD, "[CLS]": 1, "[SEP]": 2, "a": 3, "##b": 4, "c": 5, "[UNK]": 6}
    made = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"measures": "attention"}, "reads attention"),
        ({"measures": "svcca", "recentred": False}, "no form about the mean of all words"),
        ({"layers": [9]}, r"no layer \[9\] in the encoder"),
        ({"pairs": [("dense", "other")]}, "pairs of other"),
    ],
)
def test_what_cannot_be_compared_is_said(more: dict[str, object], words: str) -> None:
    models = {"dense": bert(1), "ticket": bert(2)}
    marked = by_frequency(models["dense"], batches(TEXT[:4], 4), {"encoder": RANKS})
    measures = more.pop("measures", "debiased")
    with pytest.raises(UserError, match=words) as problem:
        similarities_by_group(models, marked, {"frequency": RANKS.names}, measures, **more)
    assert "\n" not in str(problem.value)


def test_bins_are_said_and_what_is_unseen() -> None:
    ranks = Ranks.of([["a", "b", "a"], ["c", "a", "b"]], (1, 2))
    assert ranks.names == ("1 to 1", "2 to 2", "3 on", "not in training")
    assert [ranks.bin(word) for word in "abcz"] == [0, 1, 2, 3]
    with pytest.raises(UserError, match="rise"):
        Ranks({}, (5, 5))
    assert asdict(ranks)["edges"] == (1, 2)
    assert WORDS > 20
