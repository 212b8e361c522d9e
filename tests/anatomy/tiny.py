"""Tiny random models of every supported family and class, and inputs for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from torch import Tensor, nn
from transformers import BertConfig, MarianConfig, PreTrainedConfig

VOCABULARY, WIDTH, TOKENS = 30, 16, 5


def bert_config(**changes: Any) -> BertConfig:
    values = {
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 24,
        "max_position_embeddings": 32,
        "use_cache": False,
        "num_labels": 3,
    }
    return BertConfig(**{**values, **changes})


def marian_config(**changes: Any) -> MarianConfig:
    values = {
        "vocab_size": VOCABULARY,
        "d_model": WIDTH,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 2,  # another number, so that a mix-up shows
        "encoder_ffn_dim": 24,
        "decoder_ffn_dim": 20,
        "max_position_embeddings": 32,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "forced_eos_token_id": 1,
        "decoder_start_token_id": 0,
        "use_cache": False,
    }
    return MarianConfig(**{**values, **changes})


def transformer_big() -> MarianConfig:
    """Vaswani et al. (2017), table 3, with a joint vocabulary of 32,768."""
    return MarianConfig(
        vocab_size=32768,
        d_model=1024,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=16,
        decoder_attention_heads=16,
        encoder_ffn_dim=4096,
        decoder_ffn_dim=4096,
        pad_token_id=0,
        decoder_start_token_id=0,
        architectures=["MarianMTModel"],
    )


@dataclass(frozen=True)
class Case:
    """A class of a family, with a configuration and what it is to be fed."""

    architecture: str
    config: Callable[..., PreTrainedConfig]
    changes: tuple[tuple[str, Any], ...] = ()
    feed: str = "encoder"

    def __str__(self) -> str:
        return "-".join([self.architecture, *(f"{k}={v}" for k, v in self.changes)])

    def model(self, attention: str = "sdpa", seed: int = 0) -> Any:
        config = self.config(**dict(self.changes), attn_implementation=attention)
        model = getattr(transformers, self.architecture)(config)
        return scramble(model, seed).eval()

    def inputs(self, batch: int = 3, seed: int = 1) -> dict[str, Tensor]:
        """Random tokens; the first sentence is shorter than the others."""
        generator = torch.Generator().manual_seed(seed)

        def tokens(n: int) -> Tensor:
            return torch.randint(2, VOCABULARY, (batch, n), generator=generator)

        mask = torch.ones(batch, TOKENS, dtype=torch.long)
        mask[0, -2:] = 0
        inputs = {"input_ids": tokens(TOKENS), "attention_mask": mask}
        if self.feed == "seq2seq":
            inputs["decoder_input_ids"] = tokens(TOKENS - 1)
        if self.feed == "decoder":
            inputs["encoder_hidden_states"] = torch.randn(
                batch, TOKENS + 2, WIDTH, generator=generator
            )
        return inputs


def scramble(model: nn.Module, seed: int) -> nn.Module:
    """Random values in every parameter, large enough for all of them to matter."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:  # sinusoids are left as they are
                noise = 0.3 * torch.randn(parameter.shape, generator=generator)
                is_scale = "norm" in name.lower() and name.endswith("weight")
                parameter.copy_(1 + noise if is_scale else noise)
    return model


def outputs(model: Any, inputs: dict[str, Tensor]) -> Tensor:
    """All real numbers a model gives, side by side: [batch, numbers]."""
    given = model(**inputs).to_tuple()
    return torch.cat([t.flatten(1) for t in given if isinstance(t, Tensor)], dim=1)


CASES = (
    Case("BertModel", bert_config),
    Case("BertForSequenceClassification", bert_config),
    Case("BertForTokenClassification", bert_config),
    Case("BertForQuestionAnswering", bert_config, (("num_labels", 2),)),
    Case("BertForMaskedLM", bert_config),
    Case("BertForPreTraining", bert_config),
    Case("BertForNextSentencePrediction", bert_config),
    Case("BertLMHeadModel", bert_config, (("is_decoder", True),)),
    Case(
        "BertLMHeadModel",
        bert_config,
        (("is_decoder", True), ("add_cross_attention", True)),
        "decoder",
    ),
    Case("MarianModel", marian_config, feed="seq2seq"),
    Case("MarianMTModel", marian_config, feed="seq2seq"),
    Case(
        "MarianMTModel",
        marian_config,
        (("share_encoder_decoder_embeddings", False), ("decoder_vocab_size", 40)),
        "seq2seq",
    ),
    Case("MarianForCausalLM", marian_config, feed="decoder"),
)
