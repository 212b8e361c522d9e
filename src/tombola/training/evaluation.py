"""How well a model does a task."""

from typing import Any

import torch

from tombola.tasks import METRICS, TASK_KINDS, Batches, Score, Task


def evaluate(
    model: torch.nn.Module, task: Task, batches: Batches, tokenizer: Any, seed: int = 0
) -> Score:
    """Score a model on the dev split of its task, by the task's metric.

    Args:
        model: on the device to run on; left in evaluation mode.
        task: whose dev split `batches` holds.
        batches: the encoded dev split.
        tokenizer: to read translations.
        seed: of the bootstrap interval.
    """
    said = answers(model, task, batches, tokenizer)
    return METRICS[task.metric](said, task.references, seed=seed)


@torch.inference_mode()
def answers(model: torch.nn.Module, task: Task, batches: Batches, tokenizer: Any) -> list[Any]:
    """What a model answers to each example of the dev split, in order, beside `task.references`.

    Arguments are those of `evaluate`. What an answer is, the task's kind says: the id of a class, a
    number, a translation, the tags of all words.
    """
    kind = TASK_KINDS[task.kind]
    model.eval()
    device = next(model.parameters()).device
    said: list[Any] = [None] * len(batches.encoded)
    for indices, batch in batches.by_length():
        batch = {name: value.to(device) for name, value in batch.items()}
        examples = [task.dev[i] for i in indices]
        found = kind.answers(model, batch, examples, tokenizer, task.labels)
        for index, answer in zip(indices, found, strict=True):
            said[index] = answer
    return said
