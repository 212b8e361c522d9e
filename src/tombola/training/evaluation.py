"""How well a model does a task."""

from collections.abc import Sequence
from typing import Any

import torch

from tombola.tasks import METRICS, Batches, Score, Task, answered
from tombola.text.examples import Example


def evaluate(
    model: torch.nn.Module,
    task: Task,
    batches: Batches,
    tokenizer: Any,
    examples: Sequence[Example] | None = None,
    seed: int = 0,
) -> Score:
    """Score a model on the dev split of its task, or on other examples, by the task's metric.

    Args:
        model: on the device to run on; left in evaluation mode.
        task: what the model has learned.
        batches: the examples, encoded.
        tokenizer: to read translations.
        examples: which ones they are; the task's dev split where not given.
        seed: of the bootstrap interval.
    """
    chosen = answered(task, batches.encoded, task.dev if examples is None else examples)
    said = answers(model, task, batches, tokenizer, examples)
    return METRICS[task.metric](said, [example.answer for example in chosen], seed=seed)


@torch.inference_mode()
def answers(
    model: torch.nn.Module,
    task: Task,
    batches: Batches,
    tokenizer: Any,
    examples: Sequence[Example] | None = None,
) -> list[Any]:
    """What a model answers to each example, in order: of the dev split, beside `task.references`.

    Arguments are those of `evaluate`. What an answer is, the task's kind says: the id of a class, a
    number, a translation, the tags of all words.
    """
    kind = task.answering
    every = answered(task, batches.encoded, task.dev if examples is None else examples)
    model.eval()
    device = next(model.parameters()).device
    said: list[Any] = [None] * len(batches.encoded)
    for indices, batch in batches.by_length():
        batch = {name: value.to(device) for name, value in batch.items()}
        chosen = [every[i] for i in indices]
        found = kind.answers(model, batch, chosen, tokenizer, task.labels)
        for index, answer in zip(indices, found, strict=True):
            said[index] = answer
    return said
