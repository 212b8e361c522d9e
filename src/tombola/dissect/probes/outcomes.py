"""What comes of probing for tasks with one reading: a result for each layer, kind and replicate."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from tombola.dissect.probes.codes import Code, online_codes
from tombola.dissect.probes.posed import Posed
from tombola.dissect.probes.reader import Reader
from tombola.dissect.probes.result import ProbeResult
from tombola.dissect.probes.training import Probes, train_alike
from tombola.dissect.probes.words import MIX
from tombola.dissect.representations import stack_names
from tombola.randomness import mixed


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


def probed_together(
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
