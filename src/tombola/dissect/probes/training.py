"""Probes of all layers, with several seeds, trained together."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.fitting import Group, cut, cut_rows, features_of, fit
from tombola.dissect.probes.items import Items
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


def train_probes(
    question: Question,
    words: Words,
    train: Items,
    seeds: Sequence[int],
    settings: ProbeSettings,
    *,
    hidden: int = 0,
    penalty: float = 0.0,
    stop: tuple[Words, Items] | None = None,
    layers: Sequence[int] | None = None,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> Probes:
    """Train a probe on each layer with each seed.

    All train at once, in batched products, and each has its own batches, weights, optimizer state,
    stopping and best epoch: a probe is what training it alone gives. Its seed decides the order of
    batches, what is held out and, with the layer's number, its first weights. After each epoch the
    score on `stop` (words and items) decides whether weights are the best so far; without it, that
    on a share of the training texts, held out.

    `layers`: their numbers; all where not given. `[MIX]` alone trains one probe for each seed on a
    scalar mix of all layers (Peters et al. 2018): features are a scale times the layers' sum, whose
    weights are positive, sum to 1 and are learned with the probe.

    Raises UserError where there are too few texts to hold some out.
    """
    layers = tuple(layers if layers is not None else words.layers)
    device = device or torch.device("cpu")
    splits = [_split(train.n_texts, settings.held_out, seed, stop is not None) for seed in seeds]
    features = words.features(train.arity)
    standard = None
    if settings.standardise:
        standard = _standard(words, train, layers).to(device, dtype)
    group = Group(question, words, train, tuple(seeds), settings, penalty, stop, splits)
    parts = []
    for some in cut(layers, _at_once(group, features, hidden)):
        own = None if standard is None else standard[:, [layers.index(layer) for layer in some]]
        which = [(seed, layer) for layer in some for seed in seeds]
        first = first_weights(features, hidden, question.outputs, which, dtype)
        if MIX in some:
            first |= mixing(len(which), len(words.layers), dtype)
        first = {name: one.to(device) for name, one in first.items()}
        parts.append(fit(group, some, first, own))
    shape = (len(layers), len(seeds))
    return Probes(
        question=question,
        layers=layers,
        seeds=tuple(seeds),
        weights={
            name: torch.cat([part[0][name] for part in parts]).unflatten(0, shape)
            for name in parts[0][0]
        },
        standard=standard,
        epoch=np.concatenate([part[1] for part in parts]).reshape(shape),
        stopping=np.concatenate([part[2] for part in parts]).reshape(shape),
        n_train=len(train.of(splits[0][0])),
    )


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
    each = a_batch * len(group.seeds) * (2 * features + 3 * hidden + 3 * group.question.outputs)
    return max(1, int(HELD // each))
