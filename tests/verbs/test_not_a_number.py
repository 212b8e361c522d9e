"""A model whose weights hold NaN: every verb says so, and none makes a number of it."""

import math

import pytest
import torch
from transformers import MarianConfig, MarianMTModel

import tombola
import toys
from tombola.dissect import complexity, layer_similarity
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, word_tokenizer

ROWS = [{"text": f"the {['dog', 'cat', 'bird'][i % 3]} sees a cat", "label": str(i % 2)}
        for i in range(12)]  # fmt: skip
READER = word_tokenizer([row["text"] for row in ROWS])


def lost(model: torch.nn.Module) -> torch.nn.Module:
    """The model with one weight of its MLP that is NaN; kernels of attention may swallow one."""
    ends = ("output.dense.weight", "fc2.weight")
    with torch.no_grad():
        [p for name, p in model.named_parameters() if name.endswith(ends)][-1].view(-1)[0] = (
            math.nan
        )
    return model.eval()


@pytest.fixture(scope="module")
def texts() -> list[dict[str, torch.Tensor]]:
    return [batch for _, batch in toys.batches(12).by_length()]


def classifier(**more: int) -> torch.nn.Module:
    return lost(toys.bert(words=len(READER), **more))


@pytest.mark.parametrize("verb", ["evaluate", "importance"])
def test_verbs_that_read_data(verb: str) -> None:
    with pytest.raises(UserError, match=r"NaN|is nan"):
        getattr(tombola, verb)(classifier(), ROWS, tokenizer=READER)


def test_numbers_that_are_none_have_no_score() -> None:
    rows = [row | {"label": i / 3} for i, row in enumerate(ROWS)]
    found = tombola.evaluate(classifier(num_labels=1), rows, tokenizer=READER)
    assert all(map(math.isnan, (found.score.value, found.score.low, found.score.high)))
    assert found.score.reason == "12 of 12 answers are not a number"


def test_two_models() -> None:
    good = toys.bert(words=len(READER)).eval()
    with pytest.raises(UserError, match="hold NaN"):
        tombola.compare(good, classifier(), ROWS, tokenizer=READER)
    with pytest.raises(UserError, match="holds NaN"):
        tombola.movement(good, classifier())


@pytest.mark.parametrize("criterion", ["magnitude", "wanda"])
def test_pruning(criterion: str) -> None:
    data = {} if criterion == "magnitude" else {"data": ROWS, "tokenizer": READER}
    with pytest.raises(UserError, match="contain NaN"):
        tombola.prune(classifier(), 0.5, criterion=criterion, **data)


@pytest.mark.parametrize("measure", ["debiased", "neurons", "svcca", "attention"])
def test_layers(measure: str, texts) -> None:
    lost_early = toys.bert(layers=2)
    lost(lost_early.bert.encoder.layer[0])
    with pytest.raises(UserError, match=r"layer [12] .*NaN"):
        layer_similarity(toys.bert(layers=2), lost_early, texts, measure)


def test_directions(texts) -> None:
    with pytest.raises(UserError, match="layer 1 of encoder gives vectors that hold NaN"):
        complexity(lost(toys.bert()), texts)


def test_translations(texts) -> None:
    config = MarianConfig(
        vocab_size=20, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, pad_token_id=0,
        eos_token_id=1, decoder_start_token_id=0, forced_eos_token_id=1,
    )  # fmt: skip
    model = MarianMTModel(config)
    lost(model.model.decoder)
    with pytest.raises(UserError, match="not a number"):
        TASK_KINDS["translation"].answers(model.eval(), texts[0], [], READER)
