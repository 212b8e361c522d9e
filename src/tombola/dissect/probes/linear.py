"""Linear probes on all layers of a model, trained together."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from tombola.dissect.probes.words import Pooling, Words
from tombola.errors import UserError
from tombola.settings import Settings

READ_SENTENCES = 256


class ProbeSettings(Settings):
    """How probes are trained. The defaults are Liu et al. 2019's, which Movva & Zhao 2020 use."""

    epochs: int = Field(50, gt=0)
    """At most so many."""
    patience: int = Field(3, gt=0)
    """Stop after so many epochs without a better accuracy on held-out words."""
    batch_sentences: int = Field(80, gt=0)
    learning_rate: float = Field(1e-3, gt=0, allow_inf_nan=False)
    """Of Adam."""
    held_out: float = Field(0.1, gt=0, lt=1)
    """Share of the training sentences that is not trained on but decides when to stop."""
    average: Literal["words", "sentences"] = "words"
    """`sentences`: the mean within each sentence first, so that words of short sentences weigh
    more, as allennlp's loss did in the published probes."""
    standardise: bool = False
    """Give every feature mean 0 and variance 1 over the training words. The published probes do
    not; do it to compare models or layers whose features differ much in scale, since steps of one
    size are then small for one and large for the other."""
    pooling: Pooling = "mean"
    """How a word's vector is made of its sub-tokens': `words.represent_words` says."""


@dataclass(frozen=True)
class Probes:
    """One trained linear classifier per layer."""

    layers: tuple[int, ...]
    weight: Float[Tensor, "layers width classes"]
    bias: Float[Tensor, "layers classes"]
    standard: Float[Tensor, "2 layers width"] | None
    """Mean and standard deviation that features are freed of first, where they are."""
    best_epoch: tuple[int, ...]
    """Per layer, the epoch (from 1) whose weights these are."""
    n_train: int
    """Words trained on."""
    n_held_out: int
    """Words that decided when to stop."""

    def predict(self, words: Words, rows: Int[np.ndarray, " words"]) -> Int[Tensor, "layers words"]:
        """The most likely class of words at each layer."""
        return self._logits(words, rows).argmax(-1).cpu()

    def _logits(
        self, words: Words, rows: Int[np.ndarray, " words"]
    ) -> Float[Tensor, "layers words classes"]:
        x = words.read(rows, self.layers).to(self.weight.device)
        if self.standard is not None:
            x = (x - self.standard[0][:, None]) / self.standard[1][:, None]
        return torch.baddbmm(self.bias[:, None], x, self.weight)


def train_probes(
    words: Words,
    labels: Int[np.ndarray, " all_words"],
    n_classes: int,
    seed: int,
    settings: ProbeSettings | None = None,
    *,
    layers: Sequence[int] | None = None,
    device: torch.device | None = None,
) -> Probes:
    """Train a linear classifier with cross-entropy on each layer's vectors.

    All layers see the same batches and have their own weights, optimizer state, stopping and best
    epoch, so a layer's probe is what training it alone gives. `seed` decides the held-out
    sentences, the order of batches and, with the layer's number, its first weights (uniform, as
    torch.nn.Linear's).

    Raises UserError where there are too few sentences to hold some out.
    """
    settings = settings or ProbeSettings()
    layers = tuple(layers if layers is not None else range(words.vectors.shape[1]))
    device = device or torch.device("cpu")
    train, held_out = _split(words.n_sentences, settings.held_out, seed)
    width = words.vectors.shape[2]
    standard = _standard(words, train, layers).to(device) if settings.standardise else None
    probes = Probes(
        layers=layers,
        weight=_first("weight", (width, n_classes), width, layers, seed).to(device),
        bias=_first("bias", (n_classes,), width, layers, seed).to(device),
        standard=standard,
        best_epoch=(0,) * len(layers),
        n_train=len(words.rows(train)),
        n_held_out=len(words.rows(held_out)),
    )
    return _fit(probes, words, labels, train, held_out, seed, settings)


def _fit(
    probes: Probes,
    words: Words,
    labels: Int[np.ndarray, " all_words"],
    train: Sequence[int],
    held_out: Sequence[int],
    seed: int,
    settings: ProbeSettings,
) -> Probes:
    weight, bias = probes.weight.requires_grad_(), probes.bias.requires_grad_()
    adam = torch.optim.Adam([weight, bias], lr=settings.learning_rate)
    order = torch.Generator().manual_seed(_mixed("order", seed))

    best_weight, best_bias = weight.detach().clone(), bias.detach().clone()
    best_score = torch.full((len(probes.layers),), -1.0, dtype=torch.float64)
    best_epoch = torch.zeros(len(probes.layers), dtype=torch.long)
    stopped: Bool[Tensor, " layers"] = torch.zeros(len(probes.layers), dtype=torch.bool)

    for epoch in range(1, settings.epochs + 1):
        shuffled = [train[i] for i in torch.randperm(len(train), generator=order).tolist()]
        for sentences in _cut(shuffled, settings.batch_sentences):
            rows = words.rows(sentences)
            target = torch.from_numpy(labels[rows]).to(weight.device)
            importance = _importance(words, sentences, settings.average).to(weight.device)
            logits = probes._logits(words, rows)
            each = F.cross_entropy(
                logits.flatten(0, 1), target.repeat(len(probes.layers)), reduction="none"
            )
            adam.zero_grad()
            # A sum over layers: no layer's gradient sees another's.
            (each.view(len(probes.layers), -1) * importance).sum().backward()
            adam.step()

        score = right(probes, words, labels, held_out).mean(1, dtype=torch.float64)
        better = (score > best_score) & ~stopped
        best_weight[better], best_bias[better] = weight.detach()[better], bias.detach()[better]
        best_score = torch.where(better, score, best_score)
        best_epoch[better] = epoch
        stopped |= epoch - best_epoch >= settings.patience
        if stopped.all():
            break
    epochs = tuple(best_epoch.tolist())
    return replace(probes, weight=best_weight, bias=best_bias, best_epoch=epochs)


@torch.no_grad()
def right(
    probes: Probes, words: Words, labels: Int[np.ndarray, " all_words"], sentences: Sequence[int]
) -> Bool[Tensor, "layers words"]:
    """Whether each word of these sentences is classified right, at each layer."""
    parts = []
    for some in _cut(sentences, READ_SENTENCES):
        rows = words.rows(some)
        parts.append(probes.predict(words, rows) == torch.from_numpy(labels[rows]))
    return torch.cat(parts, dim=1)


def _split(n: int, share: float, seed: int) -> tuple[list[int], list[int]]:
    # Whole sentences: words of one sentence share their context.
    n_held_out = max(1, round(n * share))
    if n_held_out >= n:
        raise UserError(f"{n} training sentences are too few to hold {n_held_out} of them out")
    shuffled = list(range(n))
    random.Random(_mixed("held out", seed)).shuffle(shuffled)
    return sorted(shuffled[n_held_out:]), sorted(shuffled[:n_held_out])


def _standard(
    words: Words, train: Sequence[int], layers: Sequence[int]
) -> Float[Tensor, "2 layers width"]:
    """Mean and standard deviation of the training words' features; constant ones keep scale 1."""
    shift = words.read(words.rows(train[:1]), layers).double().mean(1)
    total, square, n = torch.zeros_like(shift), torch.zeros_like(shift), 0
    for some in _cut(train, READ_SENTENCES):
        x = words.read(words.rows(some), layers).double() - shift[:, None]
        total, square, n = total + x.sum(1), square + x.square().sum(1), n + x.shape[1]
    mean = total / n
    sd = (square / n - mean.square()).clamp(min=0).sqrt()
    return torch.stack([mean + shift, torch.where(sd > 0, sd, 1.0)]).float()


def _first(
    name: str, shape: tuple[int, ...], width: int, layers: Sequence[int], seed: int
) -> Float[Tensor, "layers ..."]:
    bound = width**-0.5
    drawn = []
    for layer in layers:
        generator = torch.Generator().manual_seed(_mixed(name, seed, layer))
        drawn.append(torch.empty(shape).uniform_(-bound, bound, generator=generator))
    return torch.stack(drawn)


def _importance(
    words: Words, sentences: Sequence[int], average: Literal["words", "sentences"]
) -> Float[Tensor, " words"]:
    lengths = words.lengths(sentences)
    if average == "words":
        each = np.full(lengths.sum(), 1 / lengths.sum())
    else:
        each = np.repeat(1 / (lengths * len(sentences)), lengths)
    return torch.from_numpy(each).float()


def _mixed(*parts: str | int) -> int:
    return random.Random("/".join(map(str, ("probe", *parts)))).getrandbits(63)


def _cut(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))
