"""A sentence, and its translation."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from tombola.tasks.kinds.forward import check_numbers, unlabelled
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.search import Search
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded, tokenize
from tombola.text.alignment import positions
from tombola.text.examples import TranslationExample
from tombola.text.rows import IGNORED

MORE_TOKENS = 10
"""A translation may be longer than its source by the source's length and so many tokens."""


class Translation:
    """Answers are sentences, by greedy search or another."""

    name = "translation"
    version = 2  # the length limit is each source's own, not that of the padded batch
    head = "translation"
    purpose: Literal["translation"] = "translation"

    def __init__(self, search: Search | None = None) -> None:
        """`search` is greedy where not given."""
        self.search = search or Search()

    def searching(self, search: Search) -> "Translation":
        """The same kind, whose answers are searched for in this way."""
        return Translation(search)

    def n_labels(self, task: Task) -> None:
        """None: its classes are the words."""

    def metrics(self, task: Task) -> tuple[str, ...]:
        """BLEU, chrF, and BLEU of split compounds."""
        return ("bleu", "chrf", "bleu-compound-split")

    def encode(
        self,
        examples: Sequence[TranslationExample],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """Examples have their target's tokens as labels; both sides are cut."""
        sources, targets = zip(*(example.lines for example in examples), strict=True)
        rows, cut = tokenize(sources, tokenizer, max_tokens)
        target_rows, target_cut = tokenize(targets, tokenizer, max_tokens, as_target=True)
        for row, target in zip(rows, target_rows, strict=True):
            row["labels"] = target["input_ids"]
        return Encoded(tuple(rows), len(cut | target_cut))

    def loss(
        self, model: nn.Module, batch: Mapping[str, Tensor], label_smoothing: float = 0.0
    ) -> Tensor:
        """Cross-entropy, the mean over the target's tokens."""
        # The model shifts the labels into the decoder's input; its own loss has no smoothing.
        logits = model(**batch).logits
        return F.cross_entropy(
            logits.flatten(0, 1),
            batch["labels"].flatten(),
            ignore_index=IGNORED,
            label_smoothing=label_smoothing,
        )

    def answers(
        self,
        model: Any,
        batch: Mapping[str, Tensor],
        examples: Sequence[TranslationExample],
        tokenizer: Any,
        labels: Sequence[str] | None = None,
    ) -> list[str]:
        """Translations, without special tokens, of `limits` tokens at most."""
        most = limits(model, batch["attention_mask"])
        # Length is the one limit that is ours; the rest is what the model's own settings say.
        tokens = model.generate(
            **unlabelled(batch),
            num_beams=self.search.beams,
            do_sample=False,
            **({} if self.search.beams == 1 else self._beams()),
            stopping_criteria=StoppingCriteriaList([OwnLimit(most)]),
            logits_processor=LogitsProcessorList([Numbers()]),
            # One more, never reached: some models force their end token onto the last of all.
            max_new_tokens=int(most.max()) + 1,
        )
        said: list[str] = tokenizer.batch_decode(tokens, skip_special_tokens=True)
        return [one.written(text) for one, text in zip(examples, said, strict=True)]

    def _beams(self) -> dict[str, Any]:
        return {
            "length_penalty": self.search.length_penalty,
            "early_stopping": self.search.early,
        }


def limits(model: nn.Module, mask: Int[Tensor, "batch tokens"]) -> Int[Tensor, " batch"]:
    """Tokens that each translation may have: by its own source, never by others of the batch.

    Twice the source's and `MORE_TOKENS`, but never more than the model has positions for beside
    its start token.
    """
    most = 2 * mask.sum(1) + MORE_TOKENS
    there = positions(model)
    return most if there is None else most.clamp(max=there - 1)


class OwnLimit(StoppingCriteria):
    """Ends each sentence of a batch at its own number of new tokens."""

    def __init__(self, most: Int[Tensor, " batch"]) -> None:
        self.most = most

    def __call__(self, input_ids: Tensor, scores: Any, **kwargs: Any) -> Tensor:
        """Which sentences are at their end; the decoder's start token is none of theirs."""
        beams = len(input_ids) // len(self.most)
        return input_ids.shape[1] - 1 >= self.most.repeat_interleave(beams)


class Numbers(LogitsProcessor):
    """Changes nothing. Raises UserError for NaN, of which a search would make words."""

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """The scores as they are."""
        check_numbers(scores)
        return scores


TASK_KINDS.add(Translation())
