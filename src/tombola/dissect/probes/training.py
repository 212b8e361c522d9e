"""Probes of all layers, with several seeds, trained together."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.fitting import Group, cut, cut_rows, features_of, fit
from tombola.dissect.probes.items import Items
from tombola.dissect.probes.lesson import Lesson
from tombola.dissect.probes.question import Question
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.stack import first_weights, mixing, outputs_of, shares
from tombola.dissect.probes.standard import standard_of
from tombola.dissect.probes.words import MIX, Words
from tombola.errors import UserError
from tombola.randomness import mixed

HELD = 2**26
"""Numbers that a batch of all probes may hold; of more, layers are trained one group after the
other."""


@dataclass(frozen=True)
class Probes:
    """Trained probes: for each layer, one for each seed."""

    question: Question
    layers: tuple[int, ...]
    seeds: tuple[int, ...]
    weights: dict[str, Float[Tensor, "layers seeds _ _"]]
    standard: Float[Tensor, "2 layers *features"] | None
    """Mean and standard deviation that features are freed of first, where they are."""
    epoch: Int[np.ndarray, "layers seeds"]
    """The epoch (from 1) whose weights these are; 0 where no epoch had a score."""
    stopping: Float[np.ndarray, "layers seeds"]
    """Score of these weights on the text that decided when to stop; NaN where undefined."""
    n_train: int
    """Items trained on, by the first seed."""

    @property
    def shares(self) -> Float[np.ndarray, "layers seeds mixed"] | None:
        """What each layer counts in the mixes of `MIX`; None of probes of single layers."""
        mix = self.weights.get("mix")
        return None if mix is None else shares({"mix": mix}).cpu().numpy()

    def answers(self, words: Words, items: Items) -> np.ndarray:
        """What each probe says to each item: layers × seeds × items."""
        form = self.question.form
        every = [form.answers(outputs).cpu().numpy() for outputs in self.outputs(words, items)]
        return np.concatenate(every, axis=-1)

    @torch.no_grad()
    def outputs(
        self, words: Words, items: Items
    ) -> Iterator[Float[Tensor, "layers seeds items outputs"]]:
        """Outputs of each probe, some items at a time, in order."""
        flat = {name: one.flatten(0, 1) for name, one in self.weights.items()}
        weight = flat["weight"]
        for rows in cut_rows(items.rows):
            x = features_of(words, rows, self.layers, weight, self.standard)
            found = outputs_of(flat, x.repeat_interleave(len(self.seeds), 0))
            yield found.view(len(self.layers), len(self.seeds), *found.shape[1:])


class How(TypedDict, total=False):
    """What may be said of how probes are trained, beside their settings."""

    hidden: int
    """Width of their hidden layer; 0 is a linear probe."""
    penalty: float
    """Strength of their L2 penalty."""
    layers: Sequence[int] | None
    """Their numbers; all where not given. `[MIX]` alone trains one probe for each seed on a scalar
    mix of all layers (Peters et al. 2018): features are a scale times the layers' sum, whose
    weights are positive, sum to 1 and are learned with the probe."""
    device: torch.device | None
    dtype: torch.dtype


def train_probes(
    question: Question,
    words: Words,
    train: Items,
    seeds: Sequence[int],
    settings: ProbeSettings,
    *,
    stop: tuple[Words, Items] | None = None,
    **how: Unpack[How],
) -> Probes:
    """Train a probe on each layer with each seed, as `train_alike` does, for one question.

    `stop`: the words and items that decide when a probe stops. Raises UserError as that does.
    """
    stop_words, items = stop or (None, None)
    lesson = Lesson(question, train, items)
    (found,) = train_alike([lesson], words, seeds, settings, stop_words=stop_words, **how)
    return found


def train_alike(
    lessons: Sequence[Lesson],
    words: Words,
    seeds: Sequence[int],
    settings: ProbeSettings,
    *,
    stop_words: Words | None = None,
    hidden: int = 0,
    penalty: float = 0.0,
    layers: Sequence[int] | None = None,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> list[Probes]:
    """Train a probe on each layer with each seed, for each of the lessons with one reading.

    All train at once, in batched products, and each has its own batches, weights, optimizer state,
    stopping and best epoch: a probe is what training it alone gives. Its seed decides the order of
    batches, what is held out and, with the layer's number, its first weights. After each epoch the
    score on the items that the lesson stops by, of `stop_words`, decides whether weights are the
    best so far; without them, that on a share of the training texts, held out. What a batch is
    read from is read once for all lessons: that takes as long as a linear probe's products.

    `How` says what the others are. Raises UserError where there are too few texts to hold some
    out; ValueError where lessons are not read alike.
    """
    if len({lesson.reading for lesson in lessons}) != 1:
        raise ValueError("lessons that train together read the same rows in the same batches")
    layers = tuple(layers if layers is not None else words.layers)
    device = device or torch.device("cpu")
    train = lessons[0].train
    splits = [
        _split(train.n_texts, settings.held_out, seed, stop_words is not None) for seed in seeds
    ]
    standard = None
    if settings.standardise:
        standard = _standard(words, train, layers).to(device, dtype)
    group = Group(tuple(lessons), words, stop_words, tuple(seeds), settings, penalty, splits)
    parts = []
    for some in cut(layers, _at_once(group, words.features(train.arity), hidden)):
        own = None if standard is None else standard[:, [layers.index(layer) for layer in some]]
        firsts = [_first(group, lesson, some, hidden, dtype, device) for lesson in lessons]
        parts.append(fit(group, some, firsts, own))
    return [
        Probes(
            question=lesson.question,
            layers=layers,
            seeds=tuple(seeds),
            weights={
                name: torch.cat([one.best[name] for one in learners]).unflatten(
                    0, (len(layers), len(seeds))
                )
                for name in learners[0].best
            },
            standard=standard,
            epoch=np.concatenate([one.epoch for one in learners]).reshape(-1, len(seeds)),
            stopping=np.concatenate([one.score for one in learners]).reshape(-1, len(seeds)),
            n_train=len(train.of(splits[0][0])),
        )
        for lesson, learners in zip(lessons, zip(*parts, strict=True), strict=True)
    ]


def _first(
    group: Group,
    lesson: Lesson,
    layers: Sequence[int],
    hidden: int,
    dtype: torch.dtype,
    device: torch.device,
) -> dict[str, Float[Tensor, "probes ..."]]:
    """Weights that a lesson's probes of some layers begin with."""
    which = [(seed, layer) for layer in layers for seed in group.seeds]
    features = group.words.features(group.train.arity)
    first = first_weights(features, hidden, lesson.question.outputs, which, dtype)
    if MIX in layers:
        first |= mixing(len(which), len(group.words.layers), dtype)
    return {name: one.to(device) for name, one in first.items()}


def _standard(
    words: Words, train: Items, layers: Sequence[int]
) -> Float[Tensor, "2 layers *features"]:
    """Of what probes read; where they mix layers, of each word's vectors at each."""
    if MIX not in layers:
        return standard_of(words, train.rows, layers)
    return standard_of(words, train.rows.reshape(-1, 1), words.layers)[:, None]


def _split(
    n: int, share: float, seed: int, all_are_trained_on: bool
) -> tuple[list[int], list[int]]:
    """Texts to train on, and texts held out: whole ones, for words of one share their context."""
    if all_are_trained_on:
        return list(range(n)), []
    n_held_out = max(1, round(n * share))
    if n_held_out >= n:
        raise UserError(f"{n} training sentences are too few to hold {n_held_out} of them out")
    shuffled = list(range(n))
    random.Random(mixed("probe", "held out", seed)).shuffle(shuffled)
    return sorted(shuffled[n_held_out:]), sorted(shuffled[:n_held_out])


def _at_once(group: Group, features: int, hidden: int) -> int:
    """Layers whose probes are trained together, so that memory does not grow with their number.

    At least one: a mix of all layers is one, whose batches are as large as those of all.
    """
    a_batch = group.batch * len(group.train) / max(group.train.n_texts, 1)
    outputs = max(lesson.question.outputs for lesson in group.lessons)
    each = a_batch * len(group.seeds) * (2 * features + 3 * hidden + 3 * outputs)
    return max(1, int(HELD // each))
