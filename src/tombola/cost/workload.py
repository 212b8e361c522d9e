"""What a model is made to do while it is timed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Int
from torch import Tensor
from transformers import PreTrainedModel

from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.text import positions


@dataclass(frozen=True)
class Workload:
    """One forward pass, or one greedy generation, of a batch of random token ids."""

    kind: Literal["forward", "generation"]
    batch_size: int
    length: int
    """Tokens per example that the model is given; an encoder-decoder's decoder reads as many in a
    forward pass."""
    new_tokens: int = 0
    """Tokens per example that it generates, exactly; 0 in a forward pass."""

    @property
    def tokens(self) -> int:
        """What is counted per second: generated tokens, or else the tokens given."""
        return self.batch_size * (self.new_tokens or self.length)


def check(model: PreTrainedModel, name: str, workload: Workload) -> None:
    """Raise UserError where a model cannot do it: no text, no generation, too few positions."""
    if model.main_input_name != "input_ids":
        raise UserError(f"{name}: it reads {model.main_input_name}; only models of text are timed")
    limit = positions(model)
    encoder_decoder = model.config.is_encoder_decoder
    if workload.kind == "generation" and not model.can_generate():
        raise UserError(f"{name}: a {type(model).__name__} does not generate text")
    # A decoder alone has its prompt before the new tokens; an encoder-decoder one start token.
    longest = workload.length + (0 if encoder_decoder else workload.new_tokens)
    if encoder_decoder and workload.new_tokens:
        longest = max(longest, workload.new_tokens + 1)
    if limit is not None and longest > limit:
        raise UserError(f"{name}: {longest} tokens, but the model has {limit} positions")


def random_ids(
    model: PreTrainedModel, workload: Workload, seed: int
) -> Int[Tensor, "batch length"]:
    """Token ids drawn evenly from the vocabulary, without those the configuration calls special."""
    config = model.config
    n_words = min(config.vocab_size, getattr(config, "decoder_vocab_size", None) or 10**12)
    special = {
        number
        for key, value in config.to_dict().items()
        if key.endswith("_token_id")
        for number in (value if isinstance(value, list) else [value])
    }
    words = torch.tensor([number for number in range(n_words) if number not in special])
    generator = torch.Generator().manual_seed(seed)
    shape = (workload.batch_size, workload.length)
    ids = words[torch.randint(len(words), shape, generator=generator)]
    if config.is_encoder_decoder and isinstance(config.eos_token_id, int):
        ids[:, -1] = config.eos_token_id  # where some classifiers look for the sentence
    return ids


def job(model: PreTrainedModel, workload: Workload, seed: int) -> Callable[[], None]:
    """A function that does the work once, on the model's device, and waits until it is done."""
    device = model.device
    ids = random_ids(model, workload, seed).to(device)
    inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    run: Callable[..., object] = model
    if workload.kind == "generation":
        inputs |= {"do_sample": False, "num_beams": 1}
        inputs |= {"min_new_tokens": workload.new_tokens, "max_new_tokens": workload.new_tokens}
        # none finishes early, but generation wants to know what would stand behind those that do
        inputs["pad_token_id"] = model.config.pad_token_id or 0
        run = model.generate
    elif model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = ids
    elif any(block.kind == "cross" for block in anatomy(model).blocks):
        # A decoder alone skips its cross-attention where it is given nothing to read.
        generator = torch.Generator().manual_seed(seed)
        states = torch.randn(*ids.shape, model.config.hidden_size, generator=generator)
        inputs["encoder_hidden_states"] = states.to(device, model.dtype)

    def once() -> None:
        run(**inputs)
        if device.type != "cpu":
            torch.accelerator.synchronize(device)

    return once
