"""A model that reads texts for probes, each list of texts once."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.represent import represent_words
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.store import model_digest
from tombola.dissect.probes.words import StackName, Words
from tombola.tasks.words import Labelled
from tombola.text import TooLong

MOST_UNKNOWN = 0.01
"""Share of sub-tokens from which on a text is said to be foreign to a model."""


class UnknownSubTokens(UserWarning):
    """The tokenizer does not know much of a text, so probes say little of the model."""


@dataclass(frozen=True)
class Reader:
    """Reads texts with one stack of a model, each list of texts once."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    folder: Path
    """Where vectors are kept."""
    settings: ProbeSettings = field(default_factory=ProbeSettings)
    stack: StackName | None = None
    layers: Sequence[int] | None = None
    batch_size: int = 32
    max_tokens: int | None = None
    too_long: TooLong = "refuse"
    stride: int | None = None
    _read: dict[tuple[tuple[str, ...], ...], Words] = field(default_factory=dict)

    def words(self, texts: Sequence[Labelled]) -> Words:
        """Vectors of their words. Raises UserError as `represent_words` does."""
        given = tuple(text.words for text in texts)
        if given not in self._read:
            self._read[given] = represent_words(
                self.model,
                self.tokenizer,
                given,
                self.folder,
                layers=self.layers,
                pooling=self.settings.pooling,
                precision=self.settings.precision,
                batch_size=self.batch_size,
                max_tokens=self.max_tokens,
                too_long=self.too_long,
                stride=self.stride,
                stack=self.stack,
                digest=self._digest,
            )
            _warn_of_unknown(self._read[given])
        return self._read[given]

    @cached_property
    def _digest(self) -> str:
        """Once for all texts: it reads every weight."""
        return model_digest(self.model)


def _warn_of_unknown(words: Words) -> None:
    if words.unknown > MOST_UNKNOWN:
        warnings.warn(
            f"the model's tokenizer does not know {words.unknown:.1%} of the text's sub-tokens: "
            "what a probe says of them is no word of the model's",
            UnknownSubTokens,
            stacklevel=3,
        )
