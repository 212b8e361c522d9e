"""How short labels can be told by who sees the representation: minimum description length."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float

from tombola.dissect.probes.items import Items
from tombola.dissect.probes.lesson import Lesson
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.training import Probes, train_alike
from tombola.dissect.probes.words import Words
from tombola.errors import UserError
from tombola.randomness import mixed

PORTIONS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
"""Shares of the training texts after which the code goes on with a new probe (Voita & Titov 2020,
section 2.2.2)."""


@dataclass(frozen=True)
class Code:
    """Lengths of codes for the labels of the training texts."""

    bits: Float[np.ndarray, "layers seeds"]
    """Of the online code."""
    uniform: float
    """Bits where every class is as likely, whatever is seen."""
    n: int
    """Labels told."""
    portions: int
    """Blocks that they were told in."""


def online_codes(
    lessons: Sequence[Lesson],
    words: Words,
    stop_words: Words,
    seeds: Sequence[int],
    settings: ProbeSettings,
    *,
    hidden: int = 0,
    penalty: float = 0.0,
    order: int = 0,
    device: torch.device | None = None,
) -> list[Code]:
    """The online (prequential) codes of Voita & Titov 2020, of lessons with one reading.

    One for every layer and seed. Training texts stand in an order drawn by `order` and are told
    block by block: the first by the uniform code, each other by the probabilities of a probe that
    was trained on all before it. Whole texts are told, for words of one share their context; the
    published blocks cut the labels themselves. What is easy to read off is told in few bits with
    few examples, so a code does not depend on the probe's size as accuracy does. What a lesson
    stops by (of `stop_words`) decides when a probe stops.

    Raises UserError where answers are numbers, which no probability is of.
    """
    for lesson in lessons:
        if lesson.question.classes is None:
            raise UserError(f"task {lesson.question.task.name!r}: numbers have no code")
    train = lessons[0].train
    texts = list(range(train.n_texts))
    random.Random(mixed("probe", "code", order)).shuffle(texts)
    ends = sorted({max(1, round(share * len(texts))) for share in PORTIONS})
    each = [math.log2(lesson.question.outputs) for lesson in lessons]
    shape, n_first = (len(words.layers), len(seeds)), len(train.of(texts[: ends[0]]))
    bits = [np.full(shape, n_first * uniform) for uniform in each]
    for told, end in pairwise(ends):
        taught = train_alike(
            [lesson.take(texts[:told]) for lesson in lessons], words, seeds, settings,
            stop_words=stop_words, hidden=hidden, penalty=penalty, device=device,
        )  # fmt: skip
        for own, lesson, probes in zip(bits, lessons, taught, strict=True):
            own += surprise(probes, words, lesson.train.take(texts[told:end])) / math.log(2)
    return [
        Code(own, len(train) * uniform, len(train), len(ends))
        for own, uniform in zip(bits, each, strict=True)
    ]


def surprise(probes: Probes, words: Words, items: Items) -> Float[np.ndarray, "layers seeds"]:
    """Sum of the losses of items, of each probe: of classes, in nats."""
    found, start = np.zeros((len(probes.layers), len(probes.seeds))), 0
    for outputs in probes.outputs(words, items):
        labels = torch.from_numpy(items.labels[start : start + outputs.shape[-2]])
        start += outputs.shape[-2]
        labels = labels.to(outputs.device).expand(outputs.shape[:-1]).contiguous()
        loss = probes.question.form.loss(outputs.flatten(0, 1), labels.flatten(0, 1))
        found += loss.double().sum(-1).view(found.shape).cpu().numpy()
    return found
