"""How many tokens a model takes: as many as it says it does, and not one more."""

import pytest
import torch
import transformers

from tiny_tokenizers import wordpiece
from tombola.text import longest_input

WIDE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
SMALL = {**WIDE, "intermediate_size": 16, "vocab_size": 30, "max_position_embeddings": 20}
BOTH = {
    "vocab_size": 30,
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 20,
}
TABLES = {
    "Bert": (SMALL, 20),
    "DistilBert": ({"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "vocab_size": 30}
                   | {"max_position_embeddings": 20}, 20),
    "Roberta": (SMALL | {"pad_token_id": 1}, 18),
    "XLMRoberta": (SMALL | {"pad_token_id": 1}, 18),
    "Camembert": (SMALL | {"pad_token_id": 1}, 18),
    "MPNet": (SMALL | {"pad_token_id": 1}, 18),
    "Data2VecText": (SMALL | {"pad_token_id": 3}, 16),
    "RobertaPreLayerNorm": (SMALL | {"pad_token_id": 1}, 18),
    "GPT2": ({"n_embd": 16, "n_layer": 1, "n_head": 2, "vocab_size": 30, "n_positions": 20}, 20),
    "Bart": (BOTH | {"pad_token_id": 1}, 20),
    "Marian": (BOTH | {"pad_token_id": 0, "decoder_start_token_id": 0}, 20),
    "OPT": (WIDE | {"vocab_size": 30, "max_position_embeddings": 20, "ffn_dim": 16}
            | {"word_embed_proj_dim": 16}, 20),
    "Nystromformer": (SMALL, 20),
}  # fmt: skip
"""Models with a table of positions: settings, and the longest input."""
WITHOUT = {
    "T5": {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 30},
    "XLNet": {"d_model": 16, "n_layer": 1, "n_head": 2, "d_inner": 16, "vocab_size": 30},
}
"""Models that count distances only."""


def made(name: str, settings: dict[str, object]) -> torch.nn.Module:
    config = getattr(transformers, f"{name}Config")(**settings)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return getattr(transformers, f"{name}Model")(config).eval()


def read(model: torch.nn.Module, n_tokens: int) -> None:
    ids = torch.full((1, n_tokens), 7)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = ids[:, :2]
    with torch.no_grad():
        model(**inputs)


@pytest.fixture(scope="module")
def tokenizer():
    return wordpiece()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_positions_holds_just_so_many(name, tokenizer):
    settings, longest = TABLES[name]
    model = made(name, settings)
    assert longest_input(model, tokenizer) == longest
    read(model, longest)
    with pytest.raises((IndexError, RuntimeError, ValueError)):
        read(model, longest + 1)


@pytest.mark.parametrize("name", WITHOUT)
def test_distances_have_no_end(name, tokenizer):
    model = made(name, WITHOUT[name])
    assert longest_input(model, tokenizer) is None
    read(model, 600)


def test_the_tokenizer_may_allow_less():
    tokenizer = wordpiece()
    tokenizer.model_max_length = 15
    assert longest_input(made("Bert", SMALL), tokenizer) == 15
    assert longest_input(made("T5", WITHOUT["T5"]), tokenizer) == 15
    tokenizer.model_max_length = 512
    assert longest_input(made("Roberta", SMALL | {"pad_token_id": 1}), tokenizer) == 18
