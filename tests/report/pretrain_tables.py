"""Tables of a study of pruning in pre-training that never ran, in which the truth is chosen."""

import json
from typing import Any

from tombola.report import Tables
from tombola.study.collect import STAGES
from tombola.study.kinds.differences import DIFFERENCES
from tombola.study.kinds.head_bands import BANDS, MAPS
from tombola.study.kinds.magnitudes import HEADS, SUMS
from tombola.study.kinds.matching import MATCHING
from tombola.study.kinds.movement import MOVEMENT, RANKS
from tombola.study.kinds.overlap import OVERLAP
from tombola.study.kinds.similarity import SIMILARITY
from tombola.study.kinds.word_magnitudes import LENGTHS, WORDS
from tombola.study.kinds.worth import POINTS, WORTH
from tombola.study.model_rows import LOSSES, MODELS, SCORES

NAN = float("nan")
TASKS = {"cola": 100, "sst": 300, "qnli": 500, "mnli": 900}
"""Steps that each is trained for."""
CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.9)
ALL = {table.name: table for table in (
    STAGES, MODELS, SCORES, DIFFERENCES, OVERLAP, SIMILARITY, MATCHING, MOVEMENT, RANKS, SUMS,
    HEADS, BANDS, MAPS, WORDS, LENGTHS, WORTH, POINTS, LOSSES,
)}  # fmt: skip
Ends = tuple[float, float]


class Pretrained:
    """Four tasks, six sparsities, each condition; numbers are added to it.

    Models are named CONDITION-TASK-CUT: dense, kept, released, after, random, control; pre-trained
    ones pre-CUT.
    """

    def __init__(self, controls: str = "re-initialised") -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ALL}
        self.model("pre-0", "text", 0.0, "train", {}, 1000)
        self.model("lot", "text", 0.5, "draw", {"criterion": {"name": "random"}}, 1000, of="pre-0")
        pruning = {"sparsify": {"amount": 0.5}}
        for cut in CUTS:
            self.model(f"pre-{cut}", "text", cut, "train", pruning, 1000)
        for task, steps in TASKS.items():
            after, at = 1000 + steps, f"dense-{task}"
            self.model(at, task, 0.0, "train", {}, after, model="pre-0")
            for cut in CUTS:
                pre = f"pre-{cut}"
                self.model(f"kept-{task}-{cut}", task, cut, "train", {}, after, model=pre, mask=pre)
                self.model(f"released-{task}-{cut}", task, 0.0, "train", {}, after, model=pre)
                self.model(f"after-{task}-{cut}", task, cut, "train", pruning, after, model=at)
                self.model(f"random-{task}-{cut}", task, cut, "train", {}, after, model="lot",
                           mask="lot")  # fmt: skip
            name = f"made-{task}"
            chosen = {"choose": {"name": controls, "version": 1}}
            self.model(name, task, 0.5, "control", chosen, 1000, of="pre-0.5")
            self.model(f"control-{task}-0.5", task, 0.5, "train", {}, after, model=name, mask=name)
            self.model(f"best-{task}", task, 0.5, "best", {}, after, **{"of.0": f"kept-{task}-0.5"})

    def model(
        self, name: str, task: str, sparsity: float, kind: str, facts: dict[str, Any], steps: int,
        **reads: str,
    ) -> None:  # fmt: skip
        self.rows["stages"].append({
            "stage": name, "step": name.split("-")[0], "kind": kind, "facts": json.dumps(facts),
            "reads": json.dumps(reads), "versions": "{}",
        })  # fmt: skip
        self.rows["models"].append({
            "model": name, "step": name.split("-")[0], "seed": 1, "task": task, "round": 0,
            "criterion": "", "rewind": "", "source": "bert", "root": name, "sparsity": sparsity,
            "sparsity_model": sparsity, "mask": "m" if sparsity else "", "parameters": 1000,
            "steps": steps, "signature": "s",
        })  # fmt: skip

    def learned(self, dense: float, released: float) -> "Pretrained":
        """Losses that fall to these by the end of training."""
        for task in TASKS:
            ends = {f"dense-{task}": dense} | {f"released-{task}-{cut}": released for cut in CUTS}
            for name, end in ends.items():
                self.rows["training-losses"] += [
                    {"model": name, "done": done, "loss": loss, "signature": "s"}
                    for done, loss in ((1, 3.0), (91, end + 0.01), (100, end - 0.01))
                ]
        return self

    def differ(self, of: str, to: str, *ends: Ends, cuts: tuple[float, ...] = CUTS) -> "Pretrained":
        """One condition less another at every sparsity, by the ends of the interval."""
        for task in TASKS:
            for i, cut in enumerate(cuts):
                models = [
                    name if name.count("-") > 1 else f"{name}-{task}"
                    for name in (f"{which}-{task}-{cut}" if which != "dense" else which
                                 for which in (of, to))
                ]  # fmt: skip
                low, high = ends[min(i, len(ends) - 1)]
                step = f"{of} to {to}"
                self.rows["stages"].append({
                    "stage": f"{step} {task} {cut}", "step": step, "kind": "differences",
                    "facts": "{}", "versions": "{}",
                    "reads": json.dumps({"of.0": models[0], "to.0": models[1]}),
                })  # fmt: skip
                self.rows["differences"].append({
                    "step": step, "model": models[0], "against": to, "task": task, "criterion": "",
                    "rewind": "", "round": 0, "sparsity": cut, "metric": "accuracy",
                    "difference": (low + high) / 2, "low": low, "high": high, "over": "",
                    "seeds": 1, "n": 100, "margin": NAN, "verdict": "", "signature": "s",
                })  # fmt: skip
        return self

    def add(self, table: str, *rows: dict[str, Any]) -> "Pretrained":
        """More rows; columns that are not given are empty."""
        for row in rows:
            blank = {
                name: {"string": "", "float64": NAN, "bool": False}.get(kind, 0)
                for name, (kind, _) in ALL[table].columns.items()
            }
            self.rows[table].append({**blank, **row})
        return self

    @property
    def tables(self) -> Tables:
        """Those that have rows."""
        return Tables({name: ALL[name].frame(rows) for name, rows in self.rows.items() if rows})
