"""The fitting of probes that train together: batches, steps, and when each of them stops."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.items import Items
from tombola.dissect.probes.question import Question
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.stack import Adam, outputs_of, squares
from tombola.dissect.probes.words import MIX, Words
from tombola.randomness import mixed

READ = 8192
"""Items that are read at once where nothing is learned."""


@dataclass(frozen=True)
class Group:
    """What the probes that train together share."""

    question: Question
    words: Words
    train: Items
    seeds: tuple[int, ...]
    settings: ProbeSettings
    penalty: float
    stop: tuple[Words, Items] | None
    splits: list[tuple[list[int], list[int]]]
    """For each seed, the texts that are trained on, and those held out."""

    @property
    def batch(self) -> int:
        """Texts in a batch."""
        return self.settings.batch_sentences or self.question.task.texts_at_once


def fit(
    group: Group,
    layers: Sequence[int],
    first: dict[str, Tensor],
    standard: Tensor | None,
) -> tuple[dict[str, Tensor], np.ndarray, np.ndarray]:
    """Best weights, their epochs and scores, of the probes of some layers: layer after layer."""
    adam, n_seeds = Adam(first, group.settings.learning_rate), len(group.seeds)
    best = {name: one.clone() for name, one in first.items()}
    n = len(layers) * n_seeds
    score, epoch = np.full(n, np.nan), np.zeros(n, np.int64)
    going = np.arange(n)  # the probes that have not stopped
    for now in range(1, group.settings.epochs + 1):
        # Only layers and seeds of which some probe goes on are read.
        pairs = [divmod(i, n_seeds) for i in going.tolist()]
        deep = sorted({place for place, _ in pairs})
        seeds = sorted({seed for _, seed in pairs})
        at = [deep.index(place) * len(seeds) + seeds.index(seed) for place, seed in pairs]
        chosen = [layers[i] for i in deep]
        own = None if standard is None else standard[:, deep]
        for items, importance in _batches(group, seeds, now):
            x = features_of(group.words, group.train.rows[items], chosen, first["weight"], own)
            x = x.flatten(0, 1)
            weight = torch.from_numpy(importance).to(x)
            label = torch.from_numpy(group.train.labels[items]).to(x.device)
            if len(at) < len(x):
                x = x[at]
            own_seed = [i % len(seeds) for i in at]
            each = group.question.form.loss(outputs_of(adam.weights, x), label[own_seed])
            loss = (each * weight[own_seed]).sum()
            if group.penalty:
                loss = loss + group.penalty / 2 * squares(adam.weights).sum()
            adam.step(loss)
        found = _scores(group, layers, going, adam.weights, standard)
        better = (found > score[going]) | (np.isnan(score[going]) & ~np.isnan(found))
        for name, one in adam.weights.items():
            best[name][going[better]] = one.detach()[better]
        score[going[better]], epoch[going[better]] = found[better], now
        goes_on = now - epoch[going] < group.settings.patience
        if not goes_on.any():
            break
        if not goes_on.all():
            adam.keep(np.flatnonzero(goes_on).tolist())
            going = going[goes_on]
    return best, epoch, score


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
    going: Int[np.ndarray, " probes"],
    weights: dict[str, Tensor],
    standard: Tensor | None,
) -> Float[np.ndarray, " probes"]:
    """Score of each probe that goes on, on the text that decides when to stop."""
    n_seeds = len(group.seeds)
    found = np.zeros(len(going))
    seeds = sorted(set((going % n_seeds).tolist()))
    if group.stop is not None:
        asked = [(seeds, *group.stop)]
    else:
        asked = [([i], group.words, group.train.take(group.splits[i][1])) for i in seeds]
    for some, words, items in asked:
        mine = [np.flatnonzero(going % n_seeds == i) for i in some]
        places = sorted({int(i) for one in mine for i in going[one] // n_seeds})
        own = None if standard is None else standard[:, places]
        said: list[list[np.ndarray]] = [[] for _ in some]
        for rows in cut_rows(items.rows):
            chosen = [layers[i] for i in places]
            x = features_of(words, rows, chosen, weights["weight"], own)
            for one, answers in zip(mine, said, strict=True):
                of = [places.index(i) for i in going[one] // n_seeds]
                these = {name: stacked[one] for name, stacked in weights.items()}
                outputs = outputs_of(these, x if len(of) == len(x) else x[of])
                answers.append(group.question.form.answers(outputs).cpu().numpy())
        for one, answers in zip(mine, said, strict=True):
            every = np.concatenate(answers, axis=-1)
            found[one] = [group.question.score(each, items) for each in every]
    return found


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
