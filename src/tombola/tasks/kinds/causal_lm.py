"""Running text, each token to be told from those before it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, cast

from torch import Tensor, nn

from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.kinds.of_text import OfText, said
from tombola.tasks.tokenize import Encoded
from tombola.text.examples import Passage
from tombola.text.rows import IGNORED


class CausalLM(OfText):
    """The first token of a sequence is not asked for: nothing is before it."""

    name = "causal-lm"
    head = "causal-lm"
    purpose: Literal["decoder"] = "decoder"
    ends = False

    def pieces(
        self, examples: Iterable[Passage], tokenizer: Any, max_tokens: int
    ) -> Iterator[Encoded]:
        """Packed text with its own tokens as labels, each at its place."""
        for block in super().pieces(examples, tokenizer, max_tokens):
            for row in block:
                row["labels"] = [IGNORED, *cast(list[int], row["input_ids"])[1:]]
            yield block

    def predicted(self, model: nn.Module, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """What is said at a place is about the next."""
        return said(model, batch)[:, :-1], batch["labels"][:, 1:]


TASK_KINDS.add(CausalLM())
