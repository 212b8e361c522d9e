"""Hidden states of a model, streamed: never more than one batch in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from transformers import PreTrainedModel

from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.text import IGNORED

Batch = Mapping[str, Tensor]
"""What a Hugging Face model takes: input_ids, attention_mask, labels, …"""

BODY_INPUTS = (
    "input_ids",
    "attention_mask",
    "token_type_ids",
    "position_ids",
    "decoder_input_ids",
    "decoder_attention_mask",
)


@contextmanager
def evaluating(*models: torch.nn.Module) -> Iterator[None]:
    """Put models in evaluation mode; give every module its own mode back at the end."""
    modes = [(module, module.training) for model in models for module in model.modules()]
    for model in models:
        model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def stream(
    model: PreTrainedModel, batches: Iterable[Batch], *, exclude: Collection[int] = ()
) -> Iterator[dict[str, list[Float[Tensor, "tokens width"]]]]:
    """Yield, per batch, the hidden states of every stack: embedding output (0), layers (1 to L).

    Which positions are rows:
    - of the one stack of a model without cross-attention (`encoder` of a BERT, `decoder` of a GPT),
      and of the `encoder` of a model with it: where `attention_mask` is 1.
    - of a `decoder` beside an encoder (teacher-forced): where `labels` is not -100, and
      `decoder_attention_mask`, if given, is 1. The row of a position belongs to the decoder's
      *input* token there, so the first row of a sentence is the start token's. Absent where a batch
      has neither labels nor decoder inputs.
    - Special tokens count, as in Movva & Zhao 2020, who keep EOS: `exclude` names the ids of input
      tokens to leave out, such as [CLS] and [SEP]. Their analysis slices left-padded sources from
      the left; here the mask alone decides.

    The last layer is what the model hands on, with its final normalisation where it has one.

    Raises UserError where a batch has no mask to tell padding by.
    """
    stacks = stack_names(model)
    with evaluating(model):
        for batch in batches:
            yield counted_states(model, batch, exclude, stacks)


def counted_states(
    model: PreTrainedModel,
    batch: Batch,
    exclude: Collection[int],
    stacks: tuple[str, ...],
) -> dict[str, list[Float[Tensor, "tokens width"]]]:
    """The rows of one batch, as `stream` describes them; the model is in evaluation mode.

    `stacks` are the model's, by `stack_names`.
    """
    inputs = body_inputs(model, batch)
    counted = dict(zip(stacks, _counted(batch, inputs, exclude), strict=False))
    states = padded_states(model, inputs, stacks)
    # Indexing outside of inference mode: the rows are ordinary tensors, fit for training a probe.
    return {
        stack: [layer[counted[stack].to(layer.device)] for layer in layers]
        for stack, layers in states.items()
    }


def stack_names(model: PreTrainedModel) -> tuple[str, ...]:
    """The stacks that have hidden states, in the order of data: encoder, decoder, or one of them.

    Raises UserError where the model's family is not supported.
    """
    return tuple(stack.name for stack in anatomy(model).stacks)


def body_inputs(model: PreTrainedModel, batch: Batch) -> dict[str, Tensor]:
    """What the model's body takes of a batch; labels become decoder inputs where it has a decoder.

    Raises UserError where there is no mask.
    """
    if "attention_mask" not in batch:
        raise UserError("a batch has no attention_mask: padding cannot be told from words")
    inputs = {name: batch[name] for name in BODY_INPUTS if name in batch}
    if not model.config.is_encoder_decoder:
        return inputs
    if "decoder_input_ids" not in inputs:
        if "labels" in batch:
            inputs["decoder_input_ids"] = _decoder_inputs(model, batch["labels"])
    elif "labels" not in batch and "decoder_attention_mask" not in batch:
        raise UserError(
            "a batch has decoder_input_ids, but neither labels nor decoder_attention_mask: "
            "padding cannot be told from words"
        )
    return inputs


def _decoder_inputs(model: PreTrainedModel, labels: Tensor) -> Tensor:
    if hasattr(model, "prepare_decoder_input_ids_from_labels"):
        shifted: Tensor = model.prepare_decoder_input_ids_from_labels(labels)
        return shifted
    # M2M100, FSMT and bare bodies cannot say it: the start token, then all labels but the last.
    start = model.config.decoder_start_token_id
    if start is None:
        raise UserError("the model's configuration names no decoder_start_token_id")
    kept = labels.masked_fill(labels == IGNORED, model.config.pad_token_id)
    return torch.cat([torch.full_like(kept[:, :1], start), kept[:, :-1]], dim=1)


@torch.inference_mode()
def padded_states(
    model: PreTrainedModel, inputs: Mapping[str, Tensor], stacks: tuple[str, ...]
) -> dict[str, list[Float[Tensor, "batch positions width"]]]:
    """Hidden states of every stack, padding included; the heads over the body are not run."""
    inputs = {name: value.to(model.device) for name, value in inputs.items()}
    config = model.config
    if config.is_encoder_decoder and "decoder_input_ids" not in inputs:
        out = model.get_encoder()(**inputs, output_hidden_states=True)
        return {stacks[0]: _whole(out.hidden_states, config.num_hidden_layers)}
    out = model.base_model(**inputs, output_hidden_states=True)
    if not config.is_encoder_decoder:
        return {stacks[0]: _whole(out.hidden_states, config.num_hidden_layers)}
    n_decoder = getattr(config, "decoder_layers", None) or config.num_decoder_layers
    return {
        stacks[0]: _whole(out.encoder_hidden_states, config.num_hidden_layers),
        stacks[1]: _whole(out.decoder_hidden_states, n_decoder),
    }


def _whole(states: Any, n_layers: int) -> list[Tensor]:
    # Models that cannot record an output return fewer without a word.
    if states is None or len(states) != n_layers + 1:
        got = 0 if states is None else len(states)
        raise RuntimeError(f"expected {n_layers + 1} hidden states, the model returned {got}")
    return list(states)


def _counted(
    batch: Batch, inputs: Mapping[str, Tensor], exclude: Collection[int]
) -> list[Bool[Tensor, "batch positions"]]:
    """Which positions are rows: of the first stack, and of the second where it has inputs."""
    counted = [batch["attention_mask"].bool() & _kept(inputs["input_ids"], exclude)]
    if "decoder_input_ids" in inputs:
        ids = inputs["decoder_input_ids"]
        real = _kept(ids, exclude)
        if "labels" in batch:
            real &= batch["labels"] != IGNORED
        if "decoder_attention_mask" in batch:
            real &= batch["decoder_attention_mask"].bool()
        counted.append(real)
    return counted


def _kept(ids: Tensor, exclude: Collection[int]) -> Tensor:
    return ~torch.isin(ids, torch.tensor(sorted(exclude), dtype=ids.dtype, device=ids.device))
