"""What can be read off every layer of a model, for one word task or many."""

import math
import tempfile
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes.codes import Code, online_codes
from tombola.dissect.probes.posed import Posed
from tombola.dissect.probes.reader import Reader
from tombola.dissect.probes.result import ProbeResult
from tombola.dissect.probes.settings import ProbeSettings
from tombola.dissect.probes.training import Probes, train_alike
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
        return [result for result, _ in probe_tasks(reader, tasks, seed)]


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
        for result, counts in _together(reader, some, seed):
            found[result.task].append((result, counts))
    for name in tasks:
        yield from found[name]


@dataclass(frozen=True)
class Outcome:
    """What came of one lesson, of one kind of probe."""

    posed: Posed
    probes: Probes
    code: Code | None

    @property
    def answers(self) -> Shaped[np.ndarray, "layers replicates items"]:
        """To what is scored."""
        return self.probes.answers(self.posed.words[-1], self.posed.scored)

    def bits(self, at: tuple[int, int]) -> float:
        """In which the code of a layer and replicate tells the training labels."""
        return math.nan if self.code is None else float(self.code.bits[at])


def _together(
    reader: Reader, tasks: Mapping[str, Posed], seed: int
) -> Iterator[tuple[ProbeResult, Float[np.ndarray, "texts k"]]]:
    """Of tasks with one reading, and of the labels drawn for their control where that is asked."""
    settings = reader.settings
    posed = list(tasks.values())
    controls = [one.control(mixed("control", seed)) for one in posed] if settings.control else []
    facts = {name: _facts(reader, name, one) for name, one in tasks.items()}
    sets: list[list[int] | None] = [None, [MIX]] if settings.mix else [None]
    for hidden, penalty, layers in product(settings.hidden, settings.penalty, sets):
        outcomes = _outcomes(reader, [*posed, *controls], seed, layers, hidden, penalty)
        others: Sequence[Outcome | None] = outcomes[len(posed) :] or [None] * len(posed)
        for name, outcome, other in zip(tasks, outcomes, others, strict=False):
            kind = {"hidden": hidden, "penalty": penalty}
            yield from _results({**facts[name], **kind}, outcome, other)


def _outcomes(
    reader: Reader,
    posed: Sequence[Posed],
    seed: int,
    layers: list[int] | None,
    hidden: int,
    penalty: float,
) -> list[Outcome]:
    """Probes, and codes where they are asked: of classes, and of layers alone."""
    settings, words, device = reader.settings, posed[0].words, reader.model.device
    seeds = [mixed("probe", seed, i) for i in range(settings.replicates)]
    trained = train_alike(
        [one.lesson for one in posed], words[0], seeds, settings,
        stop_words=posed[0].stop_words, hidden=hidden, penalty=penalty, layers=layers,
        device=device,
    )  # fmt: skip
    told = [i for i, one in enumerate(posed) if one.asked.classes is not None]
    codes: dict[int, Code] = {}
    if settings.code and layers is None and told:
        lessons = [posed[i].told for i in told]
        found = online_codes(
            lessons, words[0], words[1], seeds, settings,
            hidden=hidden, penalty=penalty, order=seed, device=device,
        )  # fmt: skip
        codes = dict(zip(told, found, strict=True))
    return [
        Outcome(one, probes, codes.get(i))
        for i, (one, probes) in enumerate(zip(posed, trained, strict=True))
    ]


def _facts(reader: Reader, name: str, posed: Posed) -> dict[str, Any]:
    """What all results of a task say."""
    chance, word_baseline = posed.baselines
    return {
        "task": name,
        "word_task": posed.asked.task.name,
        "group": posed.asked.task.group,
        "stack": reader.stack or stack_names(reader.model)[0],
        "metric": posed.asked.task.metric,
        "n": len(posed.scored),
        "texts": posed.scored.n_texts,
        "chance": chance,
        "word_baseline": word_baseline,
        "n_unseen": posed.scored.n_unseen,
        "n_skipped": sum(len(read.skipped) for read in posed.words),
        "n_windowed": sum(read.n_windowed for read in posed.words),
        "unknown": posed.words[-1].unknown,
    }


def _results(
    facts: Mapping[str, Any], outcome: Outcome, control: Outcome | None
) -> Iterator[tuple[ProbeResult, Float[np.ndarray, "texts k"]]]:
    """Of one task and kind of probe: each layer and replicate."""
    posed, probes, answers = outcome.posed, outcome.probes, outcome.answers
    others = None if control is None else control.answers
    for place, layer in enumerate(probes.layers):
        for i in range(len(probes.seeds)):
            at = place, i
            counts = posed.asked.counts(answers[at], posed.scored)
            low, high = posed.asked.interval(counts)
            result = ProbeResult(
                **facts,
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
                else control.posed.asked.score(others[at], control.posed.scored),
                bits=outcome.bits(at),
                control_bits=math.nan if control is None else control.bits(at),
                uniform_bits=math.nan if outcome.code is None else outcome.code.uniform,
                centre=math.nan
                if probes.shares is None
                else float(probes.shares[at] @ np.array(posed.words[0].layers)),
            )
            yield result, counts


@contextmanager
def _kept_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch:
        yield Path(scratch)
