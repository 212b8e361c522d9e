"""What can be read off every layer of a model, for one word task or many."""

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.codes import Code, online_code
from tombola.dissect.probes.posed import Posed
from tombola.dissect.probes.reader import Reader
from tombola.dissect.probes.result import ProbeResult
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.training import Probes, train_probes
from tombola.dissect.probes.words import MIX, StackName
from tombola.dissect.representations import stack_names
from tombola.randomness import mixed
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
    posed, settings = Posed.of(reader, name, data), reader.settings
    control = posed.control(mixed("control", seed)) if settings.control else None
    shared: dict[str, Any] = {
        "task": name,
        "word_task": posed.asked.task.name,
        "group": posed.asked.task.group,
        "stack": reader.stack or stack_names(reader.model)[0],
        "metric": posed.asked.task.metric,
        "n": len(posed.scored),
        "texts": posed.scored.n_texts,
        **dict(zip(("chance", "word_baseline"), posed.baselines, strict=True)),
        "n_unseen": posed.scored.n_unseen,
        "n_skipped": sum(len(read.skipped) for read in posed.words),
        "n_windowed": sum(read.n_windowed for read in posed.words),
        "unknown": posed.words[-1].unknown,
    }
    sets: list[list[int] | None] = [None, [MIX]] if settings.mix else [None]
    for hidden in settings.hidden:
        for penalty in settings.penalty:
            kind: dict[str, Any] = {"hidden": hidden, "penalty": penalty}
            for layers in sets:
                yield from _results(reader, posed, control, seed, shared, kind, layers)


def _results(
    reader: Reader,
    posed: Posed,
    control: Posed | None,
    seed: int,
    shared: dict[str, Any],
    kind: dict[str, Any],
    layers: list[int] | None,
) -> Iterator[tuple[ProbeResult, Float[np.ndarray, "texts k"]]]:
    """Of one kind of probe, on layers alone (all of them where none are named) or on their mix."""
    probes = _trained(reader, posed, seed, layers=layers, **kind)
    answers, others = probes.answers(posed.words[-1], posed.scored), None
    told: list[Code | None] = [None, None]
    if reader.settings.code and layers is None:
        told = [
            None if one is None else _told(reader, one, seed, **kind) for one in (posed, control)
        ]
    if control is not None:
        controls = _trained(reader, control, seed, layers=layers, **kind)
        others = controls.answers(control.words[-1], control.scored)
    for place, layer in enumerate(probes.layers):
        for i in range(reader.settings.replicates):
            at = place, i
            counts = posed.asked.counts(answers[at], posed.scored)
            low, high = posed.asked.interval(counts)
            result = ProbeResult(
                **shared,
                **kind,
                replicate=i,
                layer=layer,
                value=posed.asked.value(counts),
                low=low,
                high=high,
                error=posed.asked.form.error(answers[at], posed.scored),
                stopping=float(probes.stopping[at]),
                epoch=int(probes.epoch[at]),
                n_train=probes.n_train,
                control=math.nan
                if control is None or others is None
                else control.asked.score(others[at], control.scored),
                bits=_bits(told[0], at),
                control_bits=_bits(told[1], at),
                uniform_bits=math.nan if told[0] is None else told[0].uniform,
                centre=math.nan
                if probes.shares is None
                else float(probes.shares[at] @ np.array(posed.words[0].layers)),
            )
            yield result, counts


def _seeds(reader: Reader, seed: int) -> list[int]:
    return [mixed("probe", seed, i) for i in range(reader.settings.replicates)]


def _trained(
    reader: Reader, posed: Posed, seed: int, hidden: int, penalty: float, layers: list[int] | None
) -> Probes:
    return train_probes(
        posed.asked, posed.words[0], posed.items[0], _seeds(reader, seed), reader.settings,
        hidden=hidden, penalty=penalty, stop=posed.stop, device=reader.model.device,
        layers=layers,
    )  # fmt: skip


def _told(reader: Reader, posed: Posed, seed: int, hidden: int, penalty: float) -> Code | None:
    """The code of the training labels; None of numbers. Dev is not told, so it may decide."""
    if posed.asked.classes is None:
        return None
    return online_code(
        posed.asked, posed.words[0], posed.items[0], (posed.words[1], posed.items[1]),
        _seeds(reader, seed), reader.settings, hidden=hidden, penalty=penalty, order=seed,
        device=reader.model.device,
    )  # fmt: skip


def _bits(code: Code | None, at: tuple[int, int]) -> float:
    return math.nan if code is None else float(code.bits[at])


@contextmanager
def _kept_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch:
        yield Path(scratch)
