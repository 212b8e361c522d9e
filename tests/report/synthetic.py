"""Tables of studies that never ran: plausible numbers for tests and for looking at the report."""

import json
import math
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import new_tables
import old_tables

from tombola import tables

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "\"quotes\" & 'more' `ticks` %$_&{}#~^\\",
    "unicode \u2028 é 漢字 🎟 $\\alpha$",
)
"""Strings that break a page, a script block, an attribute or a LaTeX file if let through."""


@dataclass(frozen=True)
class Experiment:
    """What one experiment of a synthetic study looks like."""

    name: str
    task: str
    metric: str
    dense: float
    unit: float
    """Size of the metric's scale: 1, or 100 for BLEU."""
    chance: float
    n: int
    stacks: tuple[str, ...]
    layers: int
    rounds: int
    seeds: int
    tickets: tuple[tuple[str, str], ...] = (
        ("magnitude", "weights"),
        ("magnitude", "learning-rate"),
        ("random", "weights"),
    )
    measure: str = "linear-cka"
    probes: tuple[str, ...] = ("pos", "supertags")
    width: int = 64
    model: str = "built-in"
    hostile: bool = False
    diverged: bool = False
    """Whether the last round of the last ticket is NaN for seed 0."""
    as_long: bool = False
    """Whether there is a dense model that is trained as long as the tickets."""
    margin: float = math.nan
    """What the study calls the same score."""
    paired: bool = False
    """Whether differences were asked for."""


TRANSLATION = Experiment(
    "translation", "translation", "bleu", 31.0, 100.0, math.nan, 500, ("encoder", "decoder"),
    layers=2, rounds=3, seeds=2,
)  # fmt: skip
ACCEPTABILITY = Experiment(
    "acceptability", "acceptability", "matthews", 0.54, 1.0, 0.0, 1043, ("encoder",),
    layers=2, rounds=3, seeds=2, probes=("pos",),
)  # fmt: skip
BIG = Experiment(
    "bert-base acceptability", "cola", "matthews", 0.58, 1.0, 0.0, 1043, ("encoder",),
    layers=12, rounds=9, seeds=5, probes=("pos", "semtags"), width=768, model="bert-base-cased",
    diverged=True,
)  # fmt: skip
SMALL = (TRANSLATION, ACCEPTABILITY)


def hostile(experiment: Experiment) -> Experiment:
    """The same experiment with every string column made of strings that try to get out."""
    return replace(
        experiment,
        name=HOSTILE[0] + experiment.name,
        task=HOSTILE[1],
        metric=HOSTILE[2],
        tickets=((HOSTILE[0], HOSTILE[3]), (HOSTILE[2], HOSTILE[1]), ("random", HOSTILE[2])),
        stacks=(HOSTILE[3],),
        measure=HOSTILE[1],
        probes=(HOSTILE[2],),
        model=HOSTILE[3],
        hostile=True,
    )


def _roles(experiment: Experiment, stack: str) -> list[tuple[str, str, int]]:
    square = experiment.width**2
    blocks = ["self", "cross"] if stack == "decoder" else ["self"]
    roles = [(b, r, square) for b in blocks for r in ("query", "key", "value", "output")]
    roles += [("mlp", r, 4 * square) for r in ("up", "down")]
    if experiment.hostile:
        roles = [(HOSTILE[i % 4], HOSTILE[(i + 1) % 4] + r, n) for i, (_, r, n) in enumerate(roles)]
    return roles


class _Maker:
    def __init__(self, experiment: Experiment) -> None:
        self.e = experiment
        self.random = random.Random(7)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in old_tables.TABLES}

    def make(self) -> dict[str, list[dict[str, Any]]]:
        for seed in range(self.e.seeds):
            self._model(seed, "dense", "none", 0)
            control = (("none", self.e.tickets[0][1]),) if self.e.as_long else ()
            for criterion, rewinding in (*self.e.tickets, *control):
                for step in range(1, self.e.rounds + 1):
                    self._model(seed, criterion, rewinding, step)
        return self.rows

    def _model(self, seed: int, criterion: str, rewinding: str, step: int) -> None:
        sparsity = 0.0 if criterion == "none" else 1 - 0.8**step
        control = criterion == "random"
        which = {
            "experiment": self.e.name, "seed": seed, "criterion": criterion,
            "rewinding": rewinding, "round": step, "sparsity": sparsity,
        }  # fmt: skip
        harm = sparsity**3 * (0.55 if control else 0.13) + (0.03 * sparsity if control else 0)
        harm -= 0.06 if criterion == "none" else 0
        harm -= 0.02 * sparsity if rewinding == "learning-rate" else 0
        signature = HOSTILE[1] if self.e.hostile else f"task:{self.e.task}|seed:{seed}|v:0.1.0"
        which_signed = {**which, "signature": signature}
        self._score(which_signed, harm)
        self._sparsity(which_signed, control)
        self._similarity(which_signed, harm)
        self._probes(which_signed, harm)

    def _score(self, which: dict[str, Any], harm: float) -> None:
        e = self.e
        floor = 0.0 if math.isnan(e.chance) else e.chance
        score = floor + (e.dense - floor) * (1 - harm) + e.unit * self.random.gauss(0, 0.008)
        half = 1.3 * min(e.unit, 20) / math.sqrt(e.n)
        last = (which["criterion"], which["rewinding"]) == e.tickets[-1]
        if e.diverged and last and which["seed"] == 0 and which["round"] == e.rounds:
            score = half = math.nan
        mask = "" if which["round"] == 0 else f"{self.random.getrandbits(48):012x}"
        row = {
            **which, "task": e.task, "model": e.model, "sparsity_model": 0.84 * which["sparsity"],
            "metric": e.metric, "score": score, "low": score - half, "high": score + half,
            "n": e.n, "chance": e.chance, "mask": HOSTILE[0] if e.hostile else mask,
        }  # fmt: skip
        self.rows["scores"].append(row)

    def _sparsity(self, which: dict[str, Any], control: bool) -> None:
        matrices = []
        for stack in self.e.stacks:
            for layer in range(self.e.layers):
                for i, (block, role, n) in enumerate(_roles(self.e, stack)):
                    lean = 0.0 if control else 0.5 * math.sin(i + 0.4 * layer) + 0.02 * layer
                    place = {"stack": stack, "layer": layer, "block": block, "role": role, "n": n}
                    matrices.append((place, lean + self.random.gauss(0, 0.01)))
        goal = which["sparsity"] * sum(place["n"] for place, _ in matrices)
        low, high = -20.0, 20.0
        while high - low > 1e-6:  # the common shift at which the shares add up to the sparsity
            shift = (low + high) / 2
            total = sum(place["n"] / (1 + math.exp(-shift - lean)) for place, lean in matrices)
            low, high = (shift, high) if total < goal else (low, shift)
        for place, lean in matrices:
            pruned = round(place["n"] / (1 + math.exp(-high - lean)))
            kind = HOSTILE[0] if self.e.hostile else "matrices"
            self.rows["sparsity"].append({**which, **place, "set": kind, "pruned": pruned})

    def _similarity(self, which: dict[str, Any], harm: float) -> None:
        if which["round"] == 0:
            return
        tokens = 6000
        for stack in self.e.stacks:
            for a in range(self.e.layers + 1):
                for b in range(self.e.layers + 1):
                    far = abs(a - b) / (self.e.layers + 1)
                    value = math.exp(-1.1 * far - (0.3 + 2.5 * a / (self.e.layers + 1)) * harm)
                    value = min(1.0, value) - abs(self.random.gauss(0, 0.008))
                    self.rows["similarity"].append({
                        **which, "measure": self.e.measure, "stack": stack, "dense_layer": a,
                        "sparse_layer": b, "value": value, "low": value - 0.015,
                        "high": min(1.0, value + 0.015) if a != 0 else math.nan, "n": tokens,
                        "width": self.e.width,
                        "noise_floor": self.e.width / (tokens + self.e.width),
                    })  # fmt: skip

    def _probes(self, which: dict[str, Any], harm: float) -> None:
        for probe in self.e.probes:
            for stack in self.e.stacks:
                for layer in range(self.e.layers + 1):
                    depth = layer / self.e.layers
                    value = 0.87 + 0.075 * math.sin(0.5 + 2.2 * depth) * (1 - 0.8 * harm)
                    value += self.random.gauss(0, 0.003) - 0.09 * harm * depth
                    self.rows["probes"].append({
                        **which, "probe": probe, "stack": stack, "layer": layer,
                        "metric": HOSTILE[2] if self.e.hostile else "accuracy", "value": value,
                        "low": value - 0.008, "high": value + 0.008, "n": 5400, "chance": 0.14,
                        "word_baseline": 0.885,
                    })  # fmt: skip


def write_study(
    out: Path, experiments: tuple[Experiment, ...], study: dict[str, Any] | None = None
) -> Path:
    """Write a study's tables and study.json into `out`."""
    rows = _made(experiments)
    paired = [e for e in experiments if e.paired]
    renewed = new_tables.renewed(rows, {e.task: e.margin for e in paired})
    for name, each in renewed.items():
        table = new_tables.TABLES[name]
        tables.write(out / "tables", table, table.frame(each))
    (out / "study.json").write_text(json.dumps(clean_study() if study is None else study))
    return out


def write_old_study(out: Path, experiments: tuple[Experiment, ...]) -> Path:
    """The same study as it was written before there was a table of models."""
    for name, rows in _made(experiments).items():
        old_tables.write(out / "tables", name, rows)
    (out / "study.json").write_text(json.dumps(clean_study()))
    return out


def _made(experiments: tuple[Experiment, ...]) -> dict[str, list[dict[str, Any]]]:
    made = [_Maker(experiment).make() for experiment in experiments]
    return {name: [row for rows in made for row in rows[name]] for name in old_tables.TABLES}


def clean_study() -> dict[str, Any]:
    """What study.json holds, as a study that went mostly well would write it."""
    return {
        "name": "two small tickets",
        "title": "Lottery tickets of two small Transformers",
        "description": "Magnitude pruning with two ways of rewinding, against random masks.\n"
        "The built-in language; minutes on two cores.",
        "recipe": "name: two small tickets\nexperiments:\n  - task: translation\n    rounds: 3\n",
        "versions": {"tombola": "0.1.0", "torch": "2.13.0", "transformers": "5.23.0"},
        "seeds": [0, 1],
        "failures": [{"what": "translation, seed 1, round 3, supertags", "why": "out of memory"}],
        "command": "tombola run two-small-tickets --out runs/small",
        "signature": "recipe:8d1f0c2a4b6e|version:0.1.0",
    }


def hostile_study() -> dict[str, Any]:
    """study.json with a hostile string wherever text stands."""
    return {
        "name": HOSTILE[0],
        "title": HOSTILE[1],
        "description": "\n".join(HOSTILE),
        "recipe": "a: " + HOSTILE[0] + "\nb: " + HOSTILE[1],
        "versions": {HOSTILE[0]: HOSTILE[1]},
        "seeds": [0],
        "failures": [{"what": HOSTILE[0], "why": HOSTILE[2]}],
        "command": HOSTILE[1],
        "signature": HOSTILE[2],
    }
