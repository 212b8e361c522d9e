"""What the kinds of task share whose examples are a sentence or a pair, with one label each."""

from collections.abc import Sequence
from typing import Any, Literal

from tombola.tasks.tokenize import Encoded, sentences
from tombola.text.examples import SentenceExample


class OfSentences:
    """A head over a whole example."""

    head = "sequence-classification"
    purpose: Literal["encoder"] = "encoder"

    def encode(
        self,
        examples: Sequence[SentenceExample],
        tokenizer: Any,
        max_tokens: int,
        labels: Sequence[str] | None = None,
    ) -> Encoded:
        """Examples keep their label, unless it is hidden; the longer of a pair is cut first."""
        return sentences(examples, tokenizer, max_tokens)
