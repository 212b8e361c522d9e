"""Running text, some of its tokens to be told from all others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn

from tombola.errors import UserError
from tombola.tasks.batches import Drawn
from tombola.tasks.kinds.kind import TASK_KINDS
from tombola.tasks.kinds.of_text import OfText, said
from tombola.text.rows import IGNORED

SHARE = 0.15
"""Of the tokens of a sequence that are asked for (Devlin et al. 2019, section 3.1)."""
MASKED, REPLACED = 0.8, 0.1
"""Of these, how many are hidden, and how many another token stands for; the rest stay."""


class MaskedLM(OfText):
    """Which tokens are asked for is drawn anew whenever a sequence is seen (Liu et al. 2019)."""

    name = "masked-lm"
    head = "masked-lm"
    purpose: Literal["encoder"] = "encoder"
    ends = True

    def predicted(self, model: nn.Module, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """What is said at a place is about that place."""
        return said(model, batch), batch["labels"]

    def drawer(self, tokenizer: Any) -> Drawn:
        """Makes batches with tokens hidden, and these as labels.

        What is hidden of a sequence is a function of the draw and of its index: not of the batch
        that it is in. An exact share of each sequence is drawn, at least one, where others draw
        token by token: sequences then differ less in how much is asked. Special tokens, unknown
        ones among them, are left alone. Raises UserError for a tokenizer without a mask token.
        """
        mask = tokenizer.mask_token_id
        if mask is None:
            raise UserError("the tokenizer has no token to hide others with")
        special = np.array(sorted(set(tokenizer.all_special_ids)))
        return Hiding(mask, special, np.setdiff1d(np.arange(len(tokenizer)), special))


@dataclass(frozen=True)
class Hiding:
    """Hides tokens of a batch; it can be sent to other processes."""

    mask: int
    special: Int[np.ndarray, " specials"]
    words: Int[np.ndarray, " words"]

    def __call__(
        self, batch: dict[str, Tensor], indices: Sequence[int], draw: int
    ) -> dict[str, Tensor]:
        """The batch with tokens hidden, and these as labels."""
        ids = batch["input_ids"]
        labels = torch.full_like(ids, IGNORED)
        for row, label, index in zip(ids.numpy(), labels.numpy(), indices, strict=True):
            generator = np.random.Generator(np.random.Philox(key=[draw, index]))
            hide(row, label, self.special, self.words, self.mask, generator)
        return {**batch, "labels": labels}


def hide(
    ids: Int[np.ndarray, " tokens"],
    labels: Int[np.ndarray, " tokens"],
    special: Int[np.ndarray, " specials"],
    words: Int[np.ndarray, " words"],
    mask: int,
    generator: np.random.Generator,
) -> None:
    """Hide tokens of one sequence in place, and write what they were into `labels`."""
    places = np.flatnonzero(~np.isin(ids, special))
    if not len(places):
        return
    n = max(1, round(SHARE * len(places)))
    chosen = generator.choice(places, n, replace=False)
    labels[chosen] = ids[chosen]
    fate = generator.random(n)
    ids[chosen[fate < MASKED]] = mask
    other = chosen[(fate >= MASKED) & (fate < MASKED + REPLACED)]
    ids[other] = generator.choice(words, len(other))


TASK_KINDS.add(MaskedLM())
