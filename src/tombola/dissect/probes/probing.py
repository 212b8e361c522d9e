"""What can be read off every layer of a model, for one word task or many."""

import tempfile
import warnings
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from jaxtyping import Float
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.outcomes import probed_together
from tombola.dissect.probes.posed import Posed
from tombola.dissect.probes.reader import Reader
from tombola.dissect.probes.result import ProbeResult
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.words import StackName
from tombola.tasks.words import WordData
from tombola.text import TooLong


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

    Warns (`UnknownSubTokens`) where over 1% of a text's sub-tokens are unknown, and (`CutShort`)
    where probes still got better at the last epoch. Raises UserError as `represent_words` and
    `train_probes` do, and where training texts have one class only.
    """
    tasks = {data.task.name: data} if isinstance(data, WordData) else data
    settings = settings or ProbeSettings()
    with _kept_in(folder) as place:
        reader = Reader(
            model, tokenizer, place, settings, stack, layers, batch_size, max_tokens, too_long,
            stride,
        )  # fmt: skip
        found = [result for result, _ in probe_tasks(reader, tasks, seed)]
    _warn_of_cut_short(found, settings)
    return found


class CutShort(UserWarning):
    """Probes were stopped by the number of epochs, not by their own scores."""


def _warn_of_cut_short(found: Sequence[ProbeResult], settings: ProbeSettings) -> None:
    """Where texts are few, the published batches of 80 sentences make few steps of an epoch."""
    last = settings.epochs - settings.patience
    n = sum(one.epoch > last for one in found)
    if n and last > 0:
        warnings.warn(
            f"{n:,} of {len(found):,} probes still got better when {settings.epochs} epochs were "
            "over, so they know less than they could: allow more epochs, or smaller batches "
            "(batch_sentences)",
            CutShort,
            stacklevel=3,
        )


def probe_tasks(
    reader: Reader, tasks: Mapping[str, WordData], seed: int
) -> Iterator[tuple[ProbeResult, Float[np.ndarray, "texts k"]]]:
    """Probes of tasks, by name: each result, with what each text contributes to its score.

    Tasks that ask of the same words of the same texts train at once. Raises UserError as `probe`
    does, its lines beginning with the name of the task; before anything is trained.
    """
    alike: dict[Hashable, dict[str, Posed]] = defaultdict(dict)
    for name, data in tasks.items():
        posed = Posed.of(reader, name, data)
        alike[posed.reading][name] = posed
    found: dict[str, list[tuple[ProbeResult, np.ndarray]]] = defaultdict(list)
    for some in alike.values():
        for result, counts in probed_together(reader, some, seed):
            found[result.task].append((result, counts))
    for name in tasks:
        yield from found[name]


@contextmanager
def _kept_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch:
        yield Path(scratch)
