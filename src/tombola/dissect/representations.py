"""Hidden states and attention of a model, streamed: never more than one batch in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from tombola.anatomy import anatomy, evaluating
from tombola.errors import UserError
from tombola.text import IGNORED

Batch = Mapping[str, Tensor]
"""What a Hugging Face model takes: input_ids, attention_mask, labels, …"""

Reads = Literal["states", "attention"]
"""What of a model can be read; `read` says what the rows are."""

STATES: tuple[Reads, ...] = ("states",)

BODY_INPUTS = (
    "input_ids",
    "attention_mask",
    "token_type_ids",
    "position_ids",
    "decoder_input_ids",
    "decoder_attention_mask",
)


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
    with evaluating(model):
        for batch in batches:
            found = read(model, batch, exclude)["states"]
            yield {stack: list(rows.layers.values()) for stack, rows in found.items()}


@dataclass(frozen=True)
class Rows:
    """What one stack says of the counted tokens of a batch."""

    layers: Mapping[int, Float[Tensor, "tokens ..."]]
    sentence: Int[Tensor, " tokens"]
    """Row of the batch that each token is of."""
    position: Int[Tensor, " tokens"]
    """Where it stands in that row, padding included."""


def read(
    model: PreTrainedModel,
    batch: Batch,
    exclude: Collection[int] = (),
    what: Collection[Reads] = STATES,
) -> dict[Reads, dict[str, Rows]]:
    """What a model says of one batch, by one pass; the model is in evaluation mode.

    states      of every stack, per layer (0 is the embedding output): tokens × width.
    attention   of every stack, and of `cross` where the decoder looks at the encoder, per layer
                (from 1): tokens × heads × positions, the weights with which a token looks at the
                positions of its sentence; NaN at positions of padding, and as wide as the batch.
                The model must be within `showing_attention`.

    Which tokens have rows, and `exclude`, is said in `stream`; excluded ones are still looked at.

    Raises UserError where rows hold NaN or infinity (but at padding): no measure means anything.
    """
    stacks = stack_names(model)
    inputs = body_inputs(model, batch)
    asked = {"output_attentions": True} if "attention" in what else {}
    out = _outputs(model, inputs, **asked)
    counted = _counted(batch, inputs, exclude)
    found: dict[Reads, dict[str, Rows]] = {}
    # Indexing outside of inference mode: the rows are ordinary tensors, fit for training a probe.
    if "states" in what:
        states = _states(model, out, stacks, _beside(model, inputs))
        found["states"] = {
            stack: _finite(_rows(dict(enumerate(layers)), mask), stack, "vectors")
            for (stack, layers), mask in zip(states.items(), counted, strict=False)
        }
    if "attention" in what:
        found["attention"] = _attention(model, out, stacks, counted, _counted(batch, inputs, ()))
    return found


def _rows(layers: Mapping[int, Tensor], counted: Bool[Tensor, "batch positions"]) -> Rows:
    device = next(iter(layers.values())).device
    counted = counted.to(device)
    sentence, position = counted.nonzero().unbind(1)
    return Rows({number: layer[counted] for number, layer in layers.items()}, sentence, position)


def _finite(rows: Rows, stack: str, what: str) -> Rows:
    """The rows. Raises UserError where one is not finite."""
    every = {i: layer.isfinite().all() for i, layer in rows.layers.items()}
    if not bool(torch.stack([one.cpu() for one in every.values()]).all()):
        first = next(i for i, one in every.items() if not bool(one))
        raise UserError(f"layer {first} of {stack} gives {what} that hold NaN or infinity")
    return rows


def _attention(
    model: PreTrainedModel,
    out: Any,
    stacks: tuple[str, ...],
    counted: Sequence[Bool[Tensor, "batch _"]],
    real: Sequence[Bool[Tensor, "batch _"]],
) -> dict[str, Rows]:
    """Rows of attention; `real` are the positions that are no padding."""
    if len(counted) == 1:
        return {stacks[0]: _seen(out.attentions, _n_layers(model)[0], counted[0], real[0])}
    n_encoder, n_decoder = _n_layers(model)
    return {
        stacks[0]: _seen(out.encoder_attentions, n_encoder, counted[0], real[0]),
        stacks[1]: _seen(out.decoder_attentions, n_decoder, counted[1], real[1]),
        "cross": _seen(out.cross_attentions, n_decoder, counted[1], real[0]),
    }


def _seen(
    maps: Any,
    n_layers: int,
    queries: Bool[Tensor, "batch queries"],
    keys: Bool[Tensor, "batch keys"],
) -> Rows:
    if maps is None or len(maps) != n_layers or any(one is None for one in maps):
        raise UserError("the model does not show its attention: no map for each of its layers")
    wanted = (queries.shape[1], keys.shape[1])
    if any(tuple(one.shape[2:]) != wanted for one in maps):
        raise UserError(f"the model shows attention of {tuple(maps[0].shape[2:])}, not of {wanted}")
    padding = ~keys.to(maps[0].device)[:, None, None]
    read = queries.to(maps[0].device)[:, None, :, None] & ~padding
    for i, one in enumerate(maps, 1):
        if bool((one.isnan() & read).any()):
            raise UserError(f"layer {i} gives weights of attention that hold NaN")
    masked = {i: one.masked_fill(padding, torch.nan) for i, one in enumerate(maps, 1)}
    return _rows({i: one.transpose(1, 2) for i, one in masked.items()}, queries)


@contextmanager
def showing_attention(*models: PreTrainedModel) -> Iterator[None]:
    """Have models compute attention in the way that shows it (eager), and then in their own.

    Raises UserError for a model that has no such way.
    """
    before: list[tuple[PreTrainedModel, str]] = []
    try:
        for model in models:
            before.append((model, model.config._attn_implementation))
            _show_attention(model)
        yield
    finally:
        for model, implementation in reversed(before):
            if model.config._attn_implementation != implementation:
                model.set_attn_implementation(implementation)


def _show_attention(model: PreTrainedModel) -> None:
    try:
        model.set_attn_implementation("eager")
    except (ValueError, ImportError) as problem:
        said = " ".join(str(problem).split())[:160]
        raise UserError(f"{type(model).__name__} cannot show its attention: {said}") from problem
    if (got := model.config._attn_implementation) != "eager":
        raise UserError(f"{type(model).__name__} cannot show its attention: it stays with {got}")


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


def padded_states(
    model: PreTrainedModel, inputs: Mapping[str, Tensor], stacks: tuple[str, ...]
) -> dict[str, list[Float[Tensor, "batch positions width"]]]:
    """Hidden states of every stack, padding included; the heads over the body are not run."""
    return _states(model, _outputs(model, inputs), stacks, _beside(model, inputs))


@torch.inference_mode()
def _outputs(model: PreTrainedModel, inputs: Mapping[str, Tensor], **asked: bool) -> Any:
    """What the body gives: of an encoder-decoder without decoder inputs, that of its encoder."""
    inputs = {name: value.to(model.device) for name, value in inputs.items()}
    alone = model.config.is_encoder_decoder and not _beside(model, inputs)
    body = model.get_encoder() if alone else model.base_model
    return body(**inputs, output_hidden_states=True, **asked)


def _beside(model: PreTrainedModel, inputs: Mapping[str, Tensor]) -> bool:
    """Whether an encoder and a decoder are read."""
    return model.config.is_encoder_decoder and "decoder_input_ids" in inputs


def _states(
    model: PreTrainedModel, out: Any, stacks: tuple[str, ...], beside: bool
) -> dict[str, list[Tensor]]:
    n_layers = _n_layers(model)
    if not beside:
        return {stacks[0]: _whole(out.hidden_states, n_layers[0])}
    return {
        stacks[0]: _whole(out.encoder_hidden_states, n_layers[0]),
        stacks[1]: _whole(out.decoder_hidden_states, n_layers[1]),
    }


def _n_layers(model: PreTrainedModel) -> tuple[int, int]:
    """Layers of the first stack, and of a decoder beside it (0 where there is none)."""
    config = model.config
    if not config.is_encoder_decoder:
        return config.num_hidden_layers, 0
    n_decoder = getattr(config, "decoder_layers", None) or config.num_decoder_layers
    return config.num_hidden_layers, n_decoder


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
