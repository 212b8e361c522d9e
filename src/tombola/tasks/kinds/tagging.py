"""A sentence of words, and a tag for each of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks.kinds.forward import chosen, logits
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded, check_limit
from tombola.text.alignment import align, standing
from tombola.text.examples import TaggedSentence
from tombola.text.rows import IGNORED, Row

UNREAD = ""
"""The answer for a word that was cut off: no tag, so a wrong one."""


class Tagging:
    """Answers are tags, one for each word: the one with the highest logit at the word's place."""

    name = "tagging"
    head = "token-classification"
    purpose: Literal["encoder"] = "encoder"

    def n_labels(self, task: Task) -> int:
        """Its tags."""
        return len(task.labels or ())

    def metrics(self, task: Task) -> tuple[str, ...]:
        """Accuracy over words; F1 of the spans that tags write."""
        return ("accuracy", "span_f1")

    def encode(
        self,
        examples: Sequence[TaggedSentence],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """The sub-token that stands for a word carries its tag, the others `IGNORED`.

        A word without any sub-token is a UserError. Raises ValueError without `labels`.
        """
        if labels is None:
            raise ValueError("tagged sentences need the names of their tags")
        check_limit(tokenizer, max_tokens, paired=False)
        ids = {tag: i for i, tag in enumerate(labels)}
        aligned = align([example.words for example in examples], tokenizer)
        place = standing(aligned.start, aligned.end).tolist()
        ends = np.cumsum(aligned.n_words)
        rows: list[Row] = []
        n_cut = 0
        for example, row, last in zip(examples, aligned.rows, ends.tolist(), strict=True):
            length = len(cast(list[int], row["input_ids"]))
            words, end = place[last - len(example.words) : last], int(aligned.end[last - 1])
            fits = min(end, end + max_tokens - length)  # the special tokens after the words stay
            marks = [IGNORED] * length
            for position, tag in zip(words, example.tags, strict=True):
                marks[position] = ids[tag]
            row["labels"] = marks
            if fits < end:
                n_cut += 1
                row = {
                    name: values[:fits] + values[end:]
                    for name, values in cast(dict[str, list[int]], row).items()
                }
            rows.append(row)
        return Encoded(tuple(rows), n_cut)

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Cross-entropy, the mean over words."""
        return F.cross_entropy(
            logits(model, batch).flatten(0, 1),
            batch["labels"].flatten(),
            ignore_index=IGNORED,
            label_smoothing=label_smoothing,
        )

    def answers(
        self,
        model: nn.Module,
        batch: Mapping[str, Tensor],
        examples: Sequence[TaggedSentence],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[tuple[str, ...]]:
        """Tags of all words of each sentence; `UNREAD` for those that were cut off."""
        if labels is None:
            raise ValueError("tags have names: give them as labels")
        ids_of_tags = chosen(logits(model, batch))
        said = []
        for ids, marks, example in zip(ids_of_tags, batch["labels"], examples, strict=True):
            tags = [labels[i] for i in ids[marks != IGNORED].tolist()]
            said.append((*tags, *[UNREAD] * (len(example.words) - len(tags))))
        return said


TASK_KINDS.add(Tagging())
