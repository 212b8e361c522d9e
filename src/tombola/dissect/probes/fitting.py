"""The fitting of probes that train together: what is read once, and who learns from it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.items import Items
from tombola.dissect.probes.learner import Learner
from tombola.dissect.probes.lesson import Lesson
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.words import MIX, Words
from tombola.randomness import mixed

READ = 8192
"""Items that are read at once where nothing is learned."""


@dataclass(frozen=True)
class Group:
    """What the probes that train together share: lessons with one reading, words, seeds."""

    lessons: tuple[Lesson, ...]
    words: Words
    stop_words: Words | None
    """Of the items that decide when to stop, where lessons have such."""
    seeds: tuple[int, ...]
    settings: ProbeSettings
    penalty: float
    splits: list[tuple[list[int], list[int]]]
    """For each seed, the texts that are trained on, and those held out."""

    @property
    def train(self) -> Items:
        """Items of every lesson, but for their labels."""
        return self.lessons[0].train

    @property
    def batch(self) -> int:
        """Texts in a batch."""
        return self.settings.batch_sentences or self.lessons[0].question.task.texts_at_once


@dataclass(frozen=True)
class Awake:
    """Layers (their places) and seeds of which some probe goes on: no other is read."""

    n_seeds: int
    layers: list[int]
    seeds: list[int]

    @classmethod
    def of(cls, learners: Sequence[Learner], n_seeds: int, only: Sequence[int]) -> "Awake":
        """Of the probes with some of the seeds."""
        probes = np.concatenate([one.going for one in learners])
        probes = probes[np.isin(probes % n_seeds, only)]
        return cls(n_seeds, *(sorted(set(i.tolist())) for i in np.divmod(probes, n_seeds)))

    def at(self, probes: Int[np.ndarray, " some"]) -> tuple[list[int], list[int]]:
        """Where probes stand in layers × seeds of these, and in the seeds of these."""
        seeds = [self.seeds.index(i) for i in (probes % self.n_seeds).tolist()]
        layers = [self.layers.index(i) for i in (probes // self.n_seeds).tolist()]
        pairs = zip(layers, seeds, strict=True)
        return [layer * len(self.seeds) + seed for layer, seed in pairs], seeds


def fit(
    group: Group,
    layers: Sequence[int],
    firsts: Sequence[dict[str, Tensor]],
    standard: Tensor | None,
) -> list[Learner]:
    """Train the probes of some layers, from each lesson's first weights: layer after layer."""
    n_seeds, settings = len(group.seeds), group.settings
    learners = [
        Learner(lesson, first, settings.learning_rate, group.penalty)
        for lesson, first in zip(group.lessons, firsts, strict=True)
    ]
    for epoch in range(1, settings.epochs + 1):
        going = [one for one in learners if len(one.going)]
        if not going:
            break
        awake = Awake.of(going, n_seeds, range(n_seeds))
        places = [awake.at(one.going) for one in going]
        chosen = [layers[i] for i in awake.layers]
        own = None if standard is None else standard[:, awake.layers]
        for items, importance in _batches(group, awake.seeds, epoch):
            like = firsts[0]["weight"]
            x = features_of(group.words, group.train.rows[items], chosen, like, own).flatten(0, 1)
            weight = torch.from_numpy(importance).to(x)
            for one, (rows, seeds) in zip(going, places, strict=True):
                mine = x if len(rows) == len(x) else x[rows]
                one.step(mine, items[seeds], weight[seeds])
        scores = _scores(group, layers, going, firsts[0]["weight"], standard)
        for one, found in zip(going, scores, strict=True):
            one.judge(found, epoch, settings.patience)
    return learners


def _batches(
    group: Group, seeds: Sequence[int], epoch: int
) -> Iterator[tuple[Int[np.ndarray, "seeds items"], Float[np.ndarray, "seeds items"]]]:
    """Batches of an epoch: items of each seed's own texts, and what each counts in the mean loss.

    Where a seed has fewer items than another, its first one stands in with no weight.
    """
    orders = []
    for i in seeds:
        texts = list(group.splits[i][0])
        random.Random(mixed("probe", "order", group.seeds[i], epoch)).shuffle(texts)
        orders.append(list(cut(texts, group.batch)))
    for several in zip(*orders, strict=True):
        sizes = [group.train.lengths(texts) for texts in several]
        longest = max(int(size.sum()) for size in sizes)
        items = np.zeros((len(several), longest), np.int64)
        importance = np.zeros((len(several), longest))
        for row, (texts, size) in enumerate(zip(several, sizes, strict=True)):
            n = int(size.sum())
            items[row, :n] = group.train.of(texts)
            if group.settings.average == "words":
                importance[row, :n] = 1 / n
            else:
                importance[row, :n] = np.repeat(1 / (size * len(texts)), size)
        yield items, importance


@torch.no_grad()
def _scores(
    group: Group,
    layers: Sequence[int],
    going: Sequence[Learner],
    like: Tensor,
    standard: Tensor | None,
) -> list[Float[np.ndarray, " going"]]:
    """Scores of each learner's probes that go on, on the text that decides when to stop."""
    n_seeds = len(group.seeds)
    found = [np.zeros(len(one.going)) for one in going]
    for some, words, sets in _deciding(group, going):
        awake = Awake.of(going, n_seeds, some)
        scale = None if standard is None else standard[:, awake.layers]
        mine = [_by_seed(one.going % n_seeds, awake.seeds) for one in going]
        said: list[dict[int, list[np.ndarray]]] = [{i: [] for i in own} for own in mine]
        for rows in cut_rows(sets[0].rows):
            x = features_of(words, rows, [layers[i] for i in awake.layers], like, scale)
            for one, probes, answers in zip(going, mine, said, strict=True):
                for seed, places in probes.items():
                    deep = [awake.layers.index(i) for i in one.going[places] // n_seeds]
                    answers[seed].append(
                        one.answers(places.tolist(), x if len(deep) == len(x) else x[deep])
                    )
        for place, (one, items) in enumerate(zip(going, sets, strict=True)):
            for seed, places in mine[place].items():
                every = np.concatenate(said[place][seed], axis=-1)
                score = one.lesson.question.score
                found[place][places] = [score(each, items) for each in every]
    return found


def _by_seed(
    seeds: Int[np.ndarray, " probes"], among: Sequence[int]
) -> dict[int, Int[np.ndarray, " some"]]:
    """The places of each seed's probes, where it has any."""
    return {i: at for i in among if len(at := np.flatnonzero(seeds == i))}


def _deciding(
    group: Group, going: Sequence[Learner]
) -> Iterator[tuple[Sequence[int], Words, list[Items]]]:
    """Items that decide when to stop, one set for each learner: for all seeds, or for each."""
    if group.stop_words is not None:
        every = range(len(group.seeds))
        yield (
            every,
            group.stop_words,
            [one.lesson.stop for one in going if one.lesson.stop is not None],
        )
        return
    for seed, (_, held) in enumerate(group.splits):
        if any((one.going % len(group.seeds) == seed).any() for one in going):
            yield [seed], group.words, [one.lesson.train.take(held) for one in going]


def features_of(
    words: Words,
    rows: np.ndarray,
    layers: Sequence[int],
    like: Tensor,
    standard: Float[Tensor, "2 layers *features"] | None,
) -> Float[Tensor, "layers *items features"]:
    """What probes read, on the device and in the type of `like`; of `MIX`, all layers."""
    if list(layers) == [MIX]:
        x = words.read_all(rows, like.dtype).to(like.device)[None]
    else:
        x = words.read(rows, layers, like.dtype, like.device)
    if standard is None:
        return x
    own = standard.shape[2:]
    mean, sd = standard.view(2, len(layers), *[1] * (x.ndim - 1 - len(own)), *own)
    return (x - mean) / sd


def cut(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Stretches of so many, the last maybe shorter."""
    return (items[start : start + size] for start in range(0, len(items), size))


def cut_rows(rows: Int[np.ndarray, "items arity"]) -> Iterator[Int[np.ndarray, "some arity"]]:
    """Rows of so many items as are read at once."""
    return (rows[start : start + READ] for start in range(0, len(rows), READ))
