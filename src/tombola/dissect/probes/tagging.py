"""Which words' tags can be read off a layer by a linear classifier?"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.linear import ProbeSettings, right, train_probes
from tombola.dissect.probes.words import StackName, Words, represent_words
from tombola.dissect.representations import stack_names
from tombola.errors import UserError
from tombola.statistics.intervals import wilson
from tombola.text import TooLong
from tombola.text.examples import TaggedSentence

UNKNOWN = -1
"""Label of a dev word whose tag no training word has: nothing can predict it."""


@dataclass(frozen=True)
class ProbeResult:
    """How much of the tags one layer gives away."""

    stack: str
    layer: int
    """0 is the embedding output."""
    metric: str
    value: float
    """Accuracy on words of the dev sentences, none of which were trained on."""
    low: float
    """Lower end of its 95% Wilson interval over words; words of one sentence are not independent,
    so it is somewhat too narrow."""
    high: float
    n: int
    """Dev words."""
    chance: float
    """Accuracy of the most frequent training tag."""
    word_baseline: float
    """Accuracy of each word's most frequent training tag, and for unseen words the overall one."""
    n_train: int
    """Words trained on; those held out to decide when to stop are not counted."""
    n_skipped: int
    """Sentences of train and dev left out because they were too long."""


def probe(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    train: Sequence[TaggedSentence],
    dev: Sequence[TaggedSentence],
    seed: int,
    *,
    settings: ProbeSettings | None = None,
    batch_size: int = 32,
    max_tokens: int | None = None,
    too_long: TooLong = "refuse",
    stride: int | None = None,
    stack: StackName | None = None,
    folder: Path | None = None,
) -> list[ProbeResult]:
    """Probe every layer of a stack for the tags of words: one linear classifier per layer.

    The protocol is that of Liu et al. 2019 and Movva & Zhao 2020 (who probe the encoder only): the
    model is frozen, a word is the mean of its sub-tokens, a layer's classifier is one linear map,
    trained by Adam with early stopping (see `ProbeSettings`). Three
    points differ. Their classifiers stop by the corpus's own dev split; here a part of the training
    sentences decides, and no dev word is seen before it is scored. Their best layer is chosen by
    the score it reports; here all layers are reported. Their classes hold the tags of the test
    words as well; here a tag that no training word has counts as an error.

    Words' vectors are read once and written to `folder` (default: the system's temporary folder),
    4 · words · layers · width bytes, and removed at the end; `words.represent_words` and
    `linear.train_probes` are the two halves, for probes with several seeds on one model.

    Raises UserError where sentences and tags do not match, or as `represent_words` and
    `train_probes` do.
    """
    settings = settings or ProbeSettings()
    for name, sentences in (("train", train), ("dev", dev)):
        _check(name, sentences)

    with tempfile.TemporaryDirectory(dir=folder, prefix="probe-") as scratch:
        read: list[Words] = [
            represent_words(
                model,
                tokenizer,
                [sentence.words for sentence in sentences],
                Path(scratch) / name,
                pooling=settings.pooling,
                batch_size=batch_size,
                max_tokens=max_tokens,
                too_long=too_long,
                stride=stride,
                stack=stack,
            )
            for name, sentences in (("train", train), ("dev", dev))
        ]
        train = [train[i] for i in read[0].kept]
        dev = [dev[i] for i in read[1].kept]
        tags = {tag: i for i, tag in enumerate(sorted({tag for s in train for tag in s.tags}))}
        probes = train_probes(
            read[0], _labels(train, tags), len(tags), seed, settings, device=model.device
        )
        hits = right(probes, read[1], _labels(dev, tags), range(len(dev)))

    n = hits.shape[1]
    chance, word_baseline = baselines(train, dev)
    results = []
    for layer, n_right in zip(probes.layers, hits.sum(1).tolist(), strict=True):
        low, high = wilson(n_right, n)
        results.append(
            ProbeResult(
                stack=stack or stack_names(model)[0],
                layer=layer,
                metric="accuracy",
                value=n_right / n,
                low=low,
                high=high,
                n=n,
                chance=chance,
                word_baseline=word_baseline,
                n_train=probes.n_train,
                n_skipped=sum(len(words.skipped) for words in read),
            )
        )
    return results


def baselines(
    train: Sequence[TaggedSentence], dev: Sequence[TaggedSentence]
) -> tuple[float, float]:
    """Accuracy on dev words of two guesses that look at no representation.

    The most frequent training tag; and the most frequent training tag of each word form (as
    written), with that first guess for forms not seen in training. Ties: the first in the alphabet.
    """
    overall: Counter[str] = Counter(tag for sentence in train for tag in sentence.tags)
    by_form: dict[str, Counter[str]] = {}
    for sentence in train:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            by_form.setdefault(word, Counter())[tag] += 1
    most = _most_frequent(overall)
    guess = {form: _most_frequent(counts) for form, counts in by_form.items()}
    pairs = [pair for s in dev for pair in zip(s.words, s.tags, strict=True)]
    return (
        sum(tag == most for _, tag in pairs) / len(pairs),
        sum(tag == guess.get(word, most) for word, tag in pairs) / len(pairs),
    )


def _most_frequent(counts: Counter[str]) -> str:
    return min(counts, key=lambda tag: (-counts[tag], tag))


def _labels(sentences: Sequence[TaggedSentence], tags: dict[str, int]) -> Int[np.ndarray, " words"]:
    return np.array([tags.get(tag, UNKNOWN) for s in sentences for tag in s.tags], dtype=np.int64)


def _check(name: str, sentences: Sequence[TaggedSentence]) -> None:
    for i, sentence in enumerate(sentences):
        if len(sentence.words) != len(sentence.tags):
            raise UserError(
                f"{name} sentence {i + 1} has {len(sentence.words)} words "
                f"and {len(sentence.tags)} tags"
            )
