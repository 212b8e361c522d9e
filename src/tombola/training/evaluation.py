"""How well a model does a task."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from tombola.tasks import METRICS, Batches, Score, Task

MORE_TOKENS = 10
"""A translation may be longer than its source by the source's length and so many tokens."""


@torch.inference_mode()
def evaluate(
    model: torch.nn.Module, task: Task, batches: Batches, tokenizer: Any, seed: int = 0
) -> Score:
    """Score a model on the dev split of its task.

    Classes by the highest logit, numbers as they are, translations by greedy search.

    Args:
        model: on the device to run on; left in evaluation mode.
        task: whose dev split `batches` holds.
        batches: the encoded dev split.
        tokenizer: to read translations.
        seed: of the bootstrap interval.
    """
    model.eval()
    device = next(model.parameters()).device
    predictions: list[Any] = [None] * len(batches.encoded)
    for indices, batch in batches.by_length():
        inputs = {k: v.to(device) for k, v in batch.items() if k != "labels"}
        for index, answer in zip(indices, _answers(model, task, inputs, tokenizer), strict=True):
            predictions[index] = answer
    return METRICS[task.metric](predictions, task.references, seed=seed)


def _answers(model: Any, task: Task, inputs: Mapping[str, Tensor], tokenizer: Any) -> Iterable[Any]:
    if task.kind == "translation":
        longest = 2 * inputs["input_ids"].shape[1] + MORE_TOKENS
        # Length is the one limit that is ours; the rest is what the model's own settings say.
        tokens = model.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=longest)
        answers: list[str] = tokenizer.batch_decode(tokens, skip_special_tokens=True)
        return answers
    logits = model(**inputs).logits
    if task.kind == "regression":
        return logits.squeeze(-1).tolist()
    return logits.argmax(-1).tolist()
