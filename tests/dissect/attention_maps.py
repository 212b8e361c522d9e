"""A text, and attention on it as models give it sentence by sentence."""

import torch
from dissect_models import batches, sentences
from torch import Tensor

SOURCE, TARGET = sentences(24, seed=1, shortest=1), sentences(24, seed=2, shortest=1)
STACKS = ("encoder", "decoder", "cross")


def maps(model: torch.nn.Module) -> dict[str, list[list[Tensor]]]:
    """Per stack and layer the maps of each sentence, read alone: heads × queries × keys."""
    model.set_attn_implementation("eager")
    every: dict[str, list[list[Tensor]]] = {stack: [] for stack in STACKS}
    with torch.inference_mode():
        for batch in batches(SOURCE, 1, targets=TARGET):
            out = model.eval()(**batch, output_attentions=True)
            names = ("encoder_attentions", "decoder_attentions", "cross_attentions")
            for stack, name in zip(STACKS, names, strict=True):
                every[stack].append([layer[0].double() for layer in out[name]])
    model.set_attn_implementation("sdpa")
    return {stack: list(map(list, zip(*own, strict=True))) for stack, own in every.items()}


def visible(stack: str, one: Tensor) -> Tensor:
    """Queries × keys."""
    whole = torch.ones(one.shape[1:], dtype=torch.bool)
    return whole.tril() if stack == "decoder" else whole
