"""What the kinds of task share that learn from running text alone: words are what is predicted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from tombola.tasks.kinds.forward import unlabelled
from tombola.tasks.packing import PackedText, PackedTexts, packed
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded
from tombola.text.examples import Passage
from tombola.text.rows import IGNORED

TextAnswer = tuple[float, int, int, int]
"""Of a sequence: the negative log-likelihood of its scored tokens, in nats; how many these are; how
many of them the model would have said; how many characters they stand for."""


class OfText:
    """A head over the vocabulary."""

    ends: ClassVar[bool]
    """Whether a sequence ends in a special token."""

    def n_labels(self, task: Task) -> None:
        """None: its classes are the words."""

    def metrics(self, task: Task) -> tuple[str, ...]:
        """All of them from the same answers."""
        return ("loss", "perplexity", "bits_per_character", "token_accuracy")

    def encode(
        self,
        examples: Sequence[Passage],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """Sequences of `max_tokens`: fewer or more than there are passages."""
        rows = chain.from_iterable(self.pieces(examples, tokenizer, max_tokens))
        return Encoded(tuple(rows), 0)

    def pieces(
        self, examples: Iterable[Passage], tokenizer: Any, max_tokens: int
    ) -> Iterator[Encoded]:
        """The same, some at a time; see `packed`."""
        return packed(examples, tokenizer, max_tokens, self.ends)

    def sequences(self, rows: Sequence[Mapping[str, Any]]) -> PackedTexts:
        """Sequences, made when asked for."""
        return PackedTexts(rows)

    def predicted(
        self, model: nn.Module, batch: Mapping[str, Tensor]
    ) -> tuple[Float[Tensor, "batch tokens words"], Int[Tensor, "batch tokens"]]:
        """What a model says at each place, and what is right there (`IGNORED`: not asked)."""
        raise NotImplementedError

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Cross-entropy in nats, the mean over the tokens that are asked for."""
        logits, right = self.predicted(model, batch)
        asked = right != IGNORED  # a few of all places: their logits alone are worth a softmax
        return F.cross_entropy(logits[asked], right[asked], label_smoothing=label_smoothing)

    def answers(
        self,
        model: nn.Module,
        batch: Mapping[str, Tensor],
        examples: Sequence[PackedText],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[TextAnswer]:
        """Sums over the tokens of each sequence that are asked for.

        Those unknown to the vocabulary are not among them: to say "unknown" is no word, and would
        count for as many characters as the word has.
        """
        logits, right = self.predicted(model, batch)
        asked = right != IGNORED
        if tokenizer.unk_token_id is not None:
            asked &= right != tokenizer.unk_token_id
        widths = torch.zeros_like(batch["labels"])
        for row, example in zip(widths, examples, strict=True):
            known = torch.tensor(example.characters, device=row.device)
            row[: len(known)] = known
        widths = widths[:, -right.shape[1] :]  # a decoder says nothing of the first
        lost = torch.zeros(right.shape, dtype=torch.float64, device=right.device)
        hit = torch.zeros_like(asked)
        answers = logits[asked].float()
        lost[asked] = F.cross_entropy(answers, right[asked], reduction="none").double()
        hit[asked] = answers.argmax(-1) == right[asked]
        sums = (lost.sum(1), asked.sum(1), hit.sum(1), (widths * asked).sum(1))
        return list(zip(*(each.tolist() for each in sums), strict=True))


def said(model: Any, batch: Mapping[str, Tensor]) -> Tensor:
    """The logits of a head over the vocabulary."""
    found: Tensor = model(**unlabelled(batch)).logits
    return found
