"""A classifier of attention maps: trained where it is needed, kept without pickling."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from tombola.dissect.patterns.labelled import LabelledMaps
from tombola.dissect.patterns.network import PatternNet
from tombola.dissect.patterns.picture import SIZE, pictures
from tombola.dissect.patterns.quality import Quality, quality
from tombola.dissect.patterns.settings import ClassifierSettings
from tombola.dissect.patterns.synthetic import Look, synthetic_maps
from tombola.errors import UserError
from tombola.extras import extra
from tombola.randomness import mixed

HELD_OUT = 0.2
"""Share of a person's labelled maps that is held out, of each pattern alike (as published)."""
AT_ONCE = 512
"""Pictures that are classified together."""


@dataclass(frozen=True)
class Classifier:
    """A trained network."""

    net: PatternNet

    @torch.inference_mode()
    def classify(self, shown: Float32[Tensor, "maps 1 size size"]) -> Int[Tensor, " maps"]:
        """The number of each picture's pattern; -1 where it shows nothing (`pictures`: NaN)."""
        self.net.eval()
        is_empty = shown.isnan().flatten(1).any(1)
        found = [self.net(part).argmax(1) for part in shown.nan_to_num().split(AT_ONCE)]
        return torch.cat(found).masked_fill(is_empty, -1) if found else is_empty.long()

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        save_file({name: value.contiguous() for name, value in self.net.state_dict().items()}, path)


def load_classifier(path: Path) -> Classifier:
    """Read what `Classifier.save` wrote. Raises UserError where that is damaged."""
    net = PatternNet()
    try:
        net.load_state_dict(load_file(path))
    except Exception as problem:  # safetensors and torch have errors of their own
        said = " ".join(str(problem).split())[:160]
        raise UserError(f"{path}: no classifier of attention patterns: {said}") from problem
    return Classifier(net.eval())


def trained_classifier(
    settings: ClassifierSettings | None = None,
    look: Look = "raw",
    labelled: LabelledMaps | None = None,
) -> tuple[Classifier, Quality]:
    """Train a classifier, and score it on maps that it has not seen.

    Args:
        settings: how; by default in some seconds on one core.
        look: of the made-up maps: `raw`, or `norm` for norm-weighted ones.
        labelled: a person's maps, in place of made-up ones; a fifth of them is held out.

    The same settings give the same network on one machine, with any number of threads; global
    random state is left alone.
    """
    settings = settings or ClassifierSettings()
    if labelled is None:
        train = synthetic_maps(settings.maps, settings.seed, look, settings.lengths)
        rest = synthetic_maps(
            settings.held_out, settings.seed, look, settings.lengths, part="held out"
        )
    else:
        train, rest = _split(labelled, settings.seed)
    classifier = Classifier(_fit(shown_of(train), torch.from_numpy(train.labels), settings))
    said = classifier.classify(shown_of(rest)).numpy()
    source = "synthetic" if labelled is None else "labelled"
    return classifier, quality(rest.labels, said, source, len(train), settings.seed)


def shown_of(given: LabelledMaps) -> Float32[Tensor, "maps 1 size size"]:
    """Maps of many sizes as pictures."""
    if not len(given):
        return torch.empty(0, 1, SIZE, SIZE)
    return torch.cat([pictures(torch.from_numpy(one)[None]) for one in given.maps])


def _split(labelled: LabelledMaps, seed: int) -> tuple[LabelledMaps, LabelledMaps]:
    with extra("data"):
        from sklearn.model_selection import train_test_split
    kept, held_out = train_test_split(
        np.arange(len(labelled)),
        test_size=HELD_OUT,
        stratify=labelled.labels,
        random_state=mixed("labelled maps", seed) % 2**32,
    )
    return labelled.chosen(np.sort(kept)), labelled.chosen(np.sort(held_out))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order, so that the network is the same with any number of threads.

    It is so small that more of them would gain little.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fit(
    shown: Float32[Tensor, "maps 1 size size"], labels: Int[Tensor, " maps"],
    settings: ClassifierSettings,
) -> PatternNet:  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(mixed("pattern classifier", settings.seed))
        net = PatternNet().train()
    order = torch.Generator().manual_seed(mixed("order of maps", settings.seed))
    adam = torch.optim.AdamW(net.parameters(), lr=settings.learning_rate, weight_decay=0.01)
    course = torch.optim.lr_scheduler.OneCycleLR(
        adam, settings.learning_rate, total_steps=settings.steps + 1, pct_start=0.2,
        cycle_momentum=False,
    )  # fmt: skip
    size, waiting = min(settings.batch_size, len(labels)), torch.empty(0, dtype=torch.long)
    with torch.enable_grad(), _one_thread():
        for _ in range(settings.steps):
            if len(waiting) < size:
                waiting = torch.randperm(len(labels), generator=order)
            chosen, waiting = waiting[:size], waiting[size:]
            loss = F.cross_entropy(net(shown[chosen]), labels[chosen])
            adam.zero_grad()
            loss.backward()
            adam.step()
            course.step()
    return net.eval()
