"""Tiny random models of every supported family and class, and inputs for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from transformers import BertConfig, MarianConfig, PreTrainedConfig

from tombola.anatomy import Anatomy, Block, Gates

VOCABULARY, WIDTH, TOKENS = 30, 16, 5
HEADS, DECODER_HEADS, NEURONS, DECODER_NEURONS = 4, 2, 24, 20

ENCODER = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": HEADS,
    "intermediate_size": NEURONS,
    "max_position_embeddings": 32,
    "num_labels": 3,
    "pad_token_id": 0,
}
SEQ2SEQ = {
    "d_model": WIDTH,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": HEADS,
    "decoder_attention_heads": DECODER_HEADS,  # another number, so that a mix-up shows
    "encoder_ffn_dim": NEURONS,
    "decoder_ffn_dim": DECODER_NEURONS,
    "max_position_embeddings": 32,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 1,
    "forced_eos_token_id": 1,
    "decoder_start_token_id": 0,
    "use_cache": False,
    "num_labels": 3,
}
CAUSAL = {**ENCODER, "use_cache": False, "bos_token_id": 1, "eos_token_id": 1}
GROUPED = {**CAUSAL, "num_key_value_heads": 2}
T5 = {
    "vocab_size": VOCABULARY,
    "d_model": WIDTH,
    "d_kv": 4,
    "d_ff": NEURONS,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": HEADS,
    "decoder_start_token_id": 0,
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 12,
    "use_cache": False,
    "num_labels": 3,
}


def bert_config(**changes: Any) -> BertConfig:
    return BertConfig(**{**ENCODER, "use_cache": False, **changes})


def marian_config(**changes: Any) -> MarianConfig:
    return MarianConfig(**{**SEQ2SEQ, "vocab_size": VOCABULARY, **changes})


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


def _config(name: str, *values: dict[str, Any], **more: Any) -> Callable[..., PreTrainedConfig]:
    def make(**changes: Any) -> PreTrainedConfig:
        given: dict[str, Any] = {}
        for part in values:
            given |= part
        found: PreTrainedConfig = getattr(transformers, name)(**{**given, **more, **changes})
        return found

    return make


@dataclass(frozen=True)
class Case:
    """A class of a family, with a configuration and what it is to be fed."""

    architecture: str
    config: Callable[..., PreTrainedConfig]
    changes: tuple[tuple[str, Any], ...] = ()
    feed: str = "encoder"
    implementations: tuple[str, ...] = ("sdpa", "eager")
    """Of attention."""

    def __str__(self) -> str:
        return "-".join([self.architecture, *(f"{k}={v}" for k, v in self.changes)])

    def model(self, attention: str | None = None, seed: int = 0) -> Any:
        implementation = attention or self.implementations[0]
        config = self.config(**dict(self.changes), attn_implementation=implementation)
        model = getattr(transformers, self.architecture)(config)
        return scramble(model, seed).eval()

    def inputs(self, batch: int = 3, seed: int = 1) -> dict[str, Tensor]:
        """Random tokens; the first sentence is shorter than the others."""
        generator = torch.Generator().manual_seed(seed)
        if self.feed == "image":
            return {"pixel_values": torch.randn(batch, 3, 8, 8, generator=generator)}

        def tokens(n: int) -> Tensor:
            return torch.randint(2, VOCABULARY, (batch, n), generator=generator)

        mask = torch.ones(batch, TOKENS, dtype=torch.long)
        ids = tokens(TOKENS)
        mask[0, -2:] = 0
        ids[mask == 0] = 0
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self.feed == "seq2seq":
            inputs["decoder_input_ids"] = tokens(TOKENS - 1)
        if self.feed == "sentence":  # classes that take the last end token for the sentence
            ids[:, TOKENS - 3] = 1
        if self.feed == "decoder":
            inputs["encoder_hidden_states"] = torch.randn(
                batch, TOKENS + 2, WIDTH, generator=generator
            )
        return inputs

    @property
    def can_generate(self) -> bool:
        """Whether text comes out of it, from text alone."""
        model_class = getattr(transformers, self.architecture)
        return bool(model_class.can_generate()) and self.feed in ("seq2seq", "causal")


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


def own(
    model: nn.Module, body: Anatomy, block: Block, unit: int, roles: tuple[str, ...]
) -> list[Tensor]:
    """Views of the weights and biases of some roles that are one head's or neuron's."""
    parts = []
    for p in body.parameters:
        here = (p.stack, p.layer, p.block) == (block.stack, block.layer, block.kind)
        if here and p.role in roles:
            parts += [
                model.get_parameter(p.name).detach()[box]
                for box in p.boxes(unit, block.n_heads or block.n_neurons)
            ]
    return parts


def random_gates(body: Anatomy, batch: int | None = None, seed: int = 2) -> Gates:
    """Gates between a half and one and a half, on everything."""
    generator = torch.Generator().manual_seed(seed)
    ones = Gates.ones(body, batch, neurons=True)

    def draw(gates: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {n: torch.rand(g.shape, generator=generator) + 0.5 for n, g in gates.items()}

    return Gates(draw(ones.heads), draw(ones.mlps), draw(ones.neurons))


class AllDouble(TorchFunctionMode):
    """Double precision also where a model asks for single: in norms, rotations and softmax."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is Tensor.float:
            return args[0].double()

        def double(value: Any) -> Any:
            return torch.float64 if value is torch.float32 else value

        kwargs = {name: double(value) for name, value in (kwargs or {}).items()}
        return func(*map(double, args), **kwargs)


def doubled(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The inputs in double precision."""
    return {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}


@contextmanager
def zero(weights: Iterable[Tensor]) -> Iterator[None]:
    """Weights, or views of them, at zero for a while."""
    kept = [(weight.detach(), weight.detach().clone()) for weight in weights]
    for weight, _ in kept:
        weight.zero_()
    yield
    for weight, before in kept:
        weight.copy_(before)


_EAGER = ("eager",)
_BERT_DECODER = (("is_decoder", True), ("add_cross_attention", True))
roberta = _config("RobertaConfig", ENCODER)
xlm_roberta = _config("XLMRobertaConfig", ENCODER)
electra = _config("ElectraConfig", ENCODER, embedding_size=8)
distilbert = _config(
    "DistilBertConfig", vocab_size=VOCABULARY, dim=WIDTH, n_layers=2, n_heads=HEADS,
    hidden_dim=NEURONS, max_position_embeddings=32, num_labels=3, pad_token_id=0,
)  # fmt: skip
albert = _config("AlbertConfig", ENCODER, embedding_size=8, num_hidden_layers=4)
mpnet = _config("MPNetConfig", ENCODER)
deberta = _config(
    "DebertaV2Config", ENCODER, relative_attention=True, pos_att_type=["p2c", "c2p"],
    position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=False, conv_kernel_size=3,
)  # fmt: skip
modernbert = _config(
    "ModernBertConfig", ENCODER, bos_token_id=1, cls_token_id=1, sep_token_id=1, eos_token_id=1,
    layer_types=["full_attention", "sliding_attention"], local_attention=4,
)  # fmt: skip
seq2seq = {
    name: _config(f"{name}Config", SEQ2SEQ, vocab_size=VOCABULARY)
    for name in ("Bart", "MBart", "Pegasus", "M2M100")
}
fsmt = _config("FSMTConfig", SEQ2SEQ, src_vocab_size=VOCABULARY, tgt_vocab_size=VOCABULARY)
t5 = _config("T5Config", T5)
mt5 = _config("MT5Config", T5)
gpt2 = _config("GPT2Config", CAUSAL, n_inner=NEURONS)
opt = _config("OPTConfig", CAUSAL, ffn_dim=NEURONS, word_embed_proj_dim=8)
gpt_neox = _config("GPTNeoXConfig", CAUSAL)
llama = _config("LlamaConfig", GROUPED)
mistral = _config("MistralConfig", GROUPED)
qwen2 = _config("Qwen2Config", GROUPED)
qwen3 = _config("Qwen3Config", GROUPED, head_dim=4)
gemma2 = _config("Gemma2Config", GROUPED, head_dim=4, query_pre_attn_scalar=4, sliding_window=4)
phi3 = _config("Phi3Config", GROUPED)
vit = _config(
    "ViTConfig", hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=HEADS,
    intermediate_size=NEURONS, image_size=8, patch_size=4, num_labels=3,
)  # fmt: skip

CASES = (
    Case("BertModel", bert_config),
    Case("BertLMHeadModel", bert_config, _BERT_DECODER, "decoder"),
    Case("RobertaForSequenceClassification", roberta),
    Case("XLMRobertaForMaskedLM", xlm_roberta),
    Case("ElectraForTokenClassification", electra),
    Case("DistilBertForMaskedLM", distilbert),
    Case("AlbertModel", albert),
    Case("AlbertForMaskedLM", albert, (("num_hidden_groups", 2), ("inner_group_num", 2))),
    Case("MPNetForSequenceClassification", mpnet, implementations=_EAGER),
    Case("DebertaV2ForMaskedLM", deberta, implementations=_EAGER),
    Case("DebertaV2Model", deberta, (("share_att_key", True),), implementations=_EAGER),
    Case("ModernBertForMaskedLM", modernbert),
    Case("BartForConditionalGeneration", seq2seq["Bart"], feed="seq2seq"),
    Case("MBartForConditionalGeneration", seq2seq["MBart"], feed="seq2seq"),
    Case("MarianMTModel", marian_config, feed="seq2seq"),
    Case("PegasusForConditionalGeneration", seq2seq["Pegasus"], feed="seq2seq"),
    Case("M2M100ForConditionalGeneration", seq2seq["M2M100"], feed="seq2seq"),
    Case("FSMTForConditionalGeneration", fsmt, feed="seq2seq", implementations=_EAGER),
    Case("T5ForConditionalGeneration", t5, feed="seq2seq"),
    Case("MT5ForConditionalGeneration", mt5, feed="seq2seq"),
    Case("GPT2LMHeadModel", gpt2, feed="causal"),
    Case("GPT2LMHeadModel", gpt2, (("add_cross_attention", True),), "decoder"),
    Case("OPTForCausalLM", opt, feed="causal"),
    Case("GPTNeoXForCausalLM", gpt_neox, feed="causal"),
    Case("LlamaForCausalLM", llama, feed="causal"),
    Case("MistralForCausalLM", mistral, feed="causal"),
    Case("Qwen2ForCausalLM", qwen2, feed="causal"),
    Case("Qwen3ForCausalLM", qwen3, feed="causal"),
    Case("Gemma2ForCausalLM", gemma2, feed="causal", implementations=_EAGER),
    Case("Phi3ForCausalLM", phi3, feed="causal"),
    Case("ViTForImageClassification", vit, feed="image"),
)
"""One or two classes of each family, for the whole contract."""

OTHER_CLASSES = (
    Case("BertForSequenceClassification", bert_config),
    Case("BertForTokenClassification", bert_config),
    Case("BertForQuestionAnswering", bert_config, (("num_labels", 2),)),
    Case("BertForMaskedLM", bert_config),
    Case("BertForPreTraining", bert_config),
    Case("BertForNextSentencePrediction", bert_config),
    Case("BertLMHeadModel", bert_config, (("is_decoder", True),)),
    Case("RobertaForTokenClassification", roberta),
    Case("RobertaForMaskedLM", roberta),
    Case("RobertaModel", roberta),
    Case("XLMRobertaForSequenceClassification", xlm_roberta),
    Case("XLMRobertaForTokenClassification", xlm_roberta),
    Case("ElectraForPreTraining", electra),
    Case("ElectraForMaskedLM", electra),
    Case("ElectraForSequenceClassification", electra),
    Case("DistilBertForSequenceClassification", distilbert),
    Case("DistilBertForTokenClassification", distilbert),
    Case("DistilBertModel", distilbert),
    Case("AlbertForSequenceClassification", albert),
    Case("AlbertForPreTraining", albert),
    Case("MPNetModel", mpnet, implementations=_EAGER),
    Case("MPNetForMaskedLM", mpnet, implementations=_EAGER),
    Case("DebertaV2ForSequenceClassification", deberta, implementations=_EAGER),
    Case("DebertaV2ForTokenClassification", deberta, implementations=_EAGER),
    Case("ModernBertModel", modernbert),
    Case("ModernBertForSequenceClassification", modernbert),
    Case("BartModel", seq2seq["Bart"], feed="seq2seq"),
    Case("BartForCausalLM", seq2seq["Bart"], feed="decoder"),
    Case("BartForSequenceClassification", seq2seq["Bart"], feed="sentence"),
    Case("MBartModel", seq2seq["MBart"], feed="seq2seq"),
    Case("MarianModel", marian_config, feed="seq2seq"),
    Case(
        "MarianMTModel",
        marian_config,
        (("share_encoder_decoder_embeddings", False), ("decoder_vocab_size", 40)),
        "seq2seq",
    ),
    Case("MarianForCausalLM", marian_config, feed="decoder"),
    Case("PegasusForCausalLM", seq2seq["Pegasus"], feed="decoder"),
    Case("FSMTModel", fsmt, feed="seq2seq", implementations=_EAGER),
    Case("T5Model", t5, feed="seq2seq"),
    Case("T5ForConditionalGeneration", t5, (("tie_word_embeddings", False),), "seq2seq"),
    Case("T5EncoderModel", t5, (("is_encoder_decoder", False),)),
    Case("T5ForTokenClassification", t5, (("is_encoder_decoder", False),)),
    Case("T5ForSequenceClassification", t5, feed="sentence"),
    Case("T5ForQuestionAnswering", t5, (("num_labels", 2),), "seq2seq"),
    Case("MT5EncoderModel", mt5, (("is_encoder_decoder", False),)),
    Case("GPT2Model", gpt2, feed="causal"),
    Case("GPT2ForSequenceClassification", gpt2, feed="causal"),
    Case("GPT2ForTokenClassification", gpt2, feed="causal"),
    Case("GPT2LMHeadModel", gpt2, (("scale_attn_by_inverse_layer_idx", True),), "causal"),
    Case("OPTModel", opt, feed="causal"),
    Case("OPTForSequenceClassification", opt, feed="causal"),
    Case("OPTForCausalLM", opt, (("do_layer_norm_before", False),), "causal"),
    Case("GPTNeoXModel", gpt_neox, feed="causal"),
    Case("GPTNeoXForCausalLM", gpt_neox, (("use_parallel_residual", False),), "causal"),
    Case("GPTNeoXForTokenClassification", gpt_neox, feed="causal"),
    Case("LlamaModel", llama, feed="causal"),
    Case("LlamaForSequenceClassification", llama, feed="causal"),
    Case("MistralForTokenClassification", mistral, feed="causal"),
    Case("Qwen2ForSequenceClassification", qwen2, feed="causal"),
    Case("Qwen3ForTokenClassification", qwen3, feed="causal"),
    Case("Gemma2Model", gemma2, feed="causal", implementations=_EAGER),
    Case("Phi3Model", phi3, feed="causal"),
    Case("ViTModel", vit, feed="image"),
)
"""All else that the families are used as: places and gates only, since the layers are the same."""
