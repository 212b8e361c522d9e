"""What a model answers to a task's examples, as its stage keeps them beside what is right."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tombola import tasks, training
from tombola.study.job import Job

if TYPE_CHECKING:
    import torch

ANSWERS_FILE = "answers.parquet"


def answers_to(
    job: Job[Any],
    split: str,
    model: "torch.nn.Module",
    tokenizer: Any,
    task: str,
    batch_size: int,
    said: list[Any] | None = None,
) -> tuple[list[Any], list[Any]]:
    """What a model answers to a split of a task, or is known to have said, and what is right."""
    known, batches = job.library.task(task), job.batches(split, task, tokenizer, batch_size)
    examples = getattr(known, split)
    if said is None:
        said = training.answers(model, known, batches, tokenizer, examples)
    right = [one.answer for one in tasks.answered(known, batches.encoded, examples)]
    return said, right


def write_answers(path: Path, answers: list[Any], references: list[Any]) -> None:
    """Each example's answer beside what is right, in the order of the dev split."""
    frame = pd.DataFrame({"answer": _plain(answers), "reference": _plain(references)})
    frame.to_parquet(path, index=False)


def read_answers(path: Path) -> tuple[list[Any], list[Any]]:
    """What `write_answers` wrote: answers, and what is right."""
    frame = pd.read_parquet(path)
    answers, references = ([_listed(each) for each in frame[c]] for c in ("answer", "reference"))
    return answers, references


def _plain(answers: list[Any]) -> list[Any]:
    """Answers as Parquet can hold them: tags as lists."""
    return [list(answer) if isinstance(answer, tuple) else answer for answer in answers]


def _listed(answer: Any) -> Any:
    """An answer as it was given; Parquet's lists come back as arrays."""
    return answer.tolist() if isinstance(answer, np.ndarray) else answer
