"""What can be read off every layer of a model, for one word task or many."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.baselines import constant_score, keys, word_score
from tombola.dissect.probes.items import Items
from tombola.dissect.probes.question import Question
from tombola.dissect.probes.represent import represent_words
from tombola.dissect.probes.result import ProbeResult
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.training import Probes, train_probes
from tombola.dissect.probes.words import StackName, Words
from tombola.dissect.representations import stack_names
from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.tasks.words import Labelled, WordData
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
            )
            _warn_of_unknown(self._read[given])
        return self._read[given]


def probe(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    data: WordData | Mapping[str, WordData],
    seed: int = 0,
    settings: ProbeSettings | None = None,
    *,
    stack: StackName | None = None,
    layers: Sequence[int] | None = None,
    batch_size: int = 32,
    max_tokens: int | None = None,
    too_long: TooLong = "window",
    stride: int | None = None,
    folder: Path | None = None,
) -> list[ProbeResult]:
    """Probe every layer of a stack for word tasks: a probe for each layer, seed and kind of probe.

    The protocol is that of Liu et al. 2019 and Movva & Zhao 2020 (who probe the encoder only): the
    model is frozen, a word is the mean of its sub-tokens, a pair of words x and y is [x, y, x∘y];
    a probe is linear, or has one hidden layer (`settings`), and is trained by Adam with early
    stopping. Where data have a test split, dev decides when to stop and test is scored; else a
    share of the training texts decides and dev is scored. Two points differ. Their best layer is
    chosen by the score it reports; here all layers are reported, and `best_layer` chooses by the
    other score. Their classes hold those of the test words as well; here a class that no training
    word has counts as an error.

    Vectors are read once for all tasks on the same texts and written to `folder`, where they are
    found again another time; by default to a temporary folder that is removed at the end.

    Warns (`UnknownSubTokens`) where over 1% of a text's sub-tokens are unknown. Raises UserError
    as `represent_words` and `train_probes` do, and where training texts have one class only.
    """
    tasks = {data.task.name: data} if isinstance(data, WordData) else data
    settings = settings or ProbeSettings()
    with _kept_in(folder) as place:
        reader = Reader(
            model, tokenizer, place, settings, stack, layers, batch_size, max_tokens, too_long,
            stride,
        )  # fmt: skip
        found = []
        for name, one in tasks.items():
            found += [result for result, _ in probe_task(reader, name, one, seed)]
        return found


def probe_task(
    reader: Reader, name: str, data: WordData, seed: int
) -> Iterator[tuple[ProbeResult, Float[np.ndarray, "texts k"]]]:
    """Probes of one task: each result, with what each text contributes to its score.

    Raises UserError as `probe` does, its lines beginning with the name of the task.
    """
    asked = Question.of(data.task, data.train)
    splits = [data.train, data.dev, *([data.test] if data.test is not None else [])]
    try:
        words = [reader.words(texts) for texts in splits]
    except UserError as problem:
        raise UserError(f"{name}: {problem}") from problem
    items = [asked.items(texts, read) for texts, read in zip(splits, words, strict=True)]
    for split, one in zip(("train", "dev", "test"), items, strict=False):
        if not len(one):
            raise UserError(f"{name}: the {split} text has nothing to label")
    baselines = (
        constant_score(asked, items[0], items[-1]),
        word_score(
            asked, items[0], keys(splits[0], words[0], items[0]),
            items[-1], keys(splits[-1], words[-1], items[-1]),
        ),
    )  # fmt: skip
    settings = reader.settings
    seeds = [mixed("probe", seed, i) for i in range(settings.replicates)]
    for hidden in settings.hidden:
        for penalty in settings.penalty:
            probes = train_probes(
                asked, words[0], items[0], seeds, settings, hidden=hidden, penalty=penalty,
                stop=(words[1], items[1]) if data.test is not None else None,
                device=reader.model.device,
            )  # fmt: skip
            for result, counts in _results(probes, words[-1], items[-1], baselines):
                yield (
                    ProbeResult(
                        task=name,
                        hidden=hidden,
                        penalty=penalty,
                        stack=reader.stack or stack_names(reader.model)[0],
                        n_skipped=sum(len(read.skipped) for read in words),
                        n_windowed=sum(read.n_windowed for read in words),
                        **result,
                    ),
                    counts,
                )


def _results(
    probes: Probes, words: Words, items: Items, baselines: tuple[float, float]
) -> Iterator[tuple[dict[str, Any], Float[np.ndarray, "texts k"]]]:
    """For each layer and seed, what there is to say of its answers to items."""
    asked, answers = probes.question, probes.answers(words, items)
    for place, layer in enumerate(probes.layers):
        for replicate in range(len(probes.seeds)):
            counts = asked.counts(answers[place, replicate], items)
            low, high = asked.interval(counts)
            yield (
                {
                    "replicate": replicate,
                    "layer": layer,
                    "metric": asked.task.metric,
                    "value": asked.value(counts),
                    "low": low,
                    "high": high,
                    "n": len(items),
                    "texts": items.n_texts,
                    "chance": baselines[0],
                    "word_baseline": baselines[1],
                    "error": asked.form.error(answers[place, replicate], items),
                    "stopping": float(probes.stopping[place, replicate]),
                    "epoch": int(probes.epoch[place, replicate]),
                    "n_train": probes.n_train,
                    "n_unseen": items.n_unseen,
                    "unknown": words.unknown,
                },
                counts,
            )


def _warn_of_unknown(words: Words) -> None:
    if words.unknown > MOST_UNKNOWN:
        warnings.warn(
            f"the model's tokenizer does not know {words.unknown:.1%} of the text's sub-tokens: "
            "what a probe says of them is no word of the model's",
            UnknownSubTokens,
            stacklevel=3,
        )


@contextmanager
def _kept_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch:
        yield Path(scratch)
