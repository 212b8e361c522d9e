"""Tables of a lottery study that never ran, in which the truth is chosen."""

import json
from collections.abc import Mapping
from typing import Any

from tombola.report import Tables
from tombola.study.collect import STAGES
from tombola.study.kinds.differences import DIFFERENCES
from tombola.study.kinds.overlap import OVERLAP
from tombola.study.kinds.prune_parts import PRUNED_PARTS
from tombola.study.kinds.prune_while import PRUNINGS
from tombola.study.kinds.stability import STABILITY
from tombola.study.kinds.survival import SURVIVAL
from tombola.study.model_rows import MODELS, SCORES
from tombola.tables import Table

TASKS = {"cola": "CoLA", "mrpc": "MRPC", "qqp": "QQP"}
SEEDS = (1, 2, 3, 4)
LAYERS, HEADS = 6, 4
NAN = float("nan")
Ends = tuple[float, float]
PATTERNS = Table("attention-patterns", {
    name: (dtype, name) for name, dtype in {
        "model": "string", "text": "string", "weighting": "string", "stack": "string",
        "layer": "int64", "block": "string", "head": "int64", "pattern": "string",
        "count": "int64", "share": "float64", "n": "int64", "signature": "string",
    }.items()
})  # fmt: skip
ALL = {table.name: table for table in (
    STAGES, MODELS, SCORES, DIFFERENCES, OVERLAP, PRUNED_PARTS, PRUNINGS, STABILITY, SURVIVAL,
    PATTERNS,
)}  # fmt: skip


class Lottery:
    """A study of three tasks and four seeds with every subnetwork; numbers are added to it.

    Models are named TASK-SEED-WHICH: dense; joint, heads, mlps, weights (what pruning left);
    s-good, s-random, s-bad, w-good, w-random, w-smallest; super-good, super-random, super-bad; each
    with an `*` where retrained; s-bad** trained longer; s-random! on random weights.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ALL}
        for task in TASKS:
            for seed in SEEDS:
                self._seed(task, seed)

    def _seed(self, task: str, seed: int) -> None:
        training = {"epochs": 3}
        text = {"task": {"name": TASKS[task]}}

        def add(which: str, kind: str, facts: Mapping[str, Any], **reads: str) -> str:
            return self._model(f"{task}-{seed}-{which}", task, seed, kind, facts, reads)

        pre = add("pre", "train", {"training": training, "models": {"model": {"new": {}}}})
        dense = add("dense", "train", {"training": training, **text}, model=pre)
        loops = {
            what: add(what, "prune-parts", {} if what == "joint" else {"what": what}, of=dense)
            for what in ("joint", "heads", "mlps")
        }
        loops["weights"] = add("weights", "prune-while", {}, of=dense)
        drawn = [
            *(("s", choose, "joint", {"unit": "parts"}) for choose in ("good", "random", "bad")),
            *(("w", choose, "weights", {}) for choose in ("good", "random", "smallest")),
            *(("super", choose, "joint", {"unit": "parts", "across": "seed"})
              for choose in ("good", "random", "bad")),
        ]  # fmt: skip
        for short, choose, of, facts in drawn:
            chosen = {"choose": {"name": choose, "version": 1}, **facts}
            role = "of.0" if short == "super" else "of"
            name = add(f"{short}-{choose}", "subnetwork", chosen, **{role: loops[of]})
            add(f"{short}-{choose}*", "train", {"training": training}, model=pre, mask=name)
            if (short, choose) == ("s", "bad"):
                add("s-bad**", "train", {"training": {"epochs": 6}}, model=pre, mask=name)
            if (short, choose) == ("s", "random"):
                fresh = {"training": training, "models": {"model": {"redrawn": True}}}
                add("s-random!", "train", fresh, mask=name)

    def _model(
        self, name: str, task: str, seed: int, kind: str, facts: Mapping[str, Any],
        reads: Mapping[str, str],
    ) -> str:  # fmt: skip
        which = name.split("-", 2)[2]
        self.rows["stages"].append({
            "stage": name, "step": f"step of {which}", "kind": kind, "facts": json.dumps(facts),
            "reads": json.dumps(reads), "versions": "{}",
        })  # fmt: skip
        pruned = 0.0 if which in ("dense", "pre") else 0.4
        self.rows["models"].append({
            "model": name, "step": f"step of {which}", "seed": seed,
            "task": "words" if which == "pre" else task, "round": 0,
            "criterion": "gate" if pruned else "", "rewind": "none" if pruned else "",
            "source": "bert", "root": f"{task}-{seed}-dense", "sparsity": pruned,
            "sparsity_model": 0.8 * pruned, "mask": "m" if pruned else "", "parameters": 1000,
            "steps": 10, "signature": "s",
        })  # fmt: skip
        return name

    def differ(self, of: str, to: str, *ends: Ends, margin: float = NAN) -> "Lottery":
        """One model less another, by the ends of the interval: the same for all tasks, or each."""
        for task, (low, high) in zip(TASKS, ends * (3 if len(ends) == 1 else 1), strict=True):
            step, models = f"{of} to {to}", [f"{task}-1-{which}" for which in (of, to)]
            self.rows["stages"].append({
                "stage": f"{step} {task}", "step": step, "kind": "differences", "facts": "{}",
                "reads": json.dumps({"of.0": models[0], "to.0": models[1]}), "versions": "{}",
            })  # fmt: skip
            self.rows["differences"].append({
                "step": step, "model": models[0], "against": to, "task": task, "criterion": "",
                "rewind": "", "round": 0, "sparsity": 0.4, "metric": "accuracy",
                "difference": (low + high) / 2, "low": low, "high": high, "over": "",
                "seeds": len(SEEDS), "n": 100, "margin": margin, "verdict": "", "signature": "s",
            })  # fmt: skip
        return self

    def change(self, table: str, which: str, **values: Any) -> "Lottery":
        """Set columns of all models of a name; a list has a value for each seed."""
        for row in self.rows[table]:
            task, seed, name = row["model"].split("-", 2)
            if name == which and task in TASKS:
                place = SEEDS.index(int(seed))
                row |= {k: v[place] if isinstance(v, list) else v for k, v in values.items()}
        return self

    def each(self, table: str, which: str, rows: list[dict[str, Any]]) -> "Lottery":
        """The same rows for all models of a name."""
        for task in TASKS:
            for seed in SEEDS:
                named = {"model": f"{task}-{seed}-{which}", "task": task, "seed": seed,
                         "step": which, "signature": "s"}  # fmt: skip
                columns = ALL[table].columns
                kept = {k: v for k, v in named.items() if k in columns}
                self.rows[table] += [{**kept, **row} for row in rows]
        return self

    def add(self, table: str, *rows: dict[str, Any]) -> "Lottery":
        """More rows."""
        self.rows[table] += rows
        return self

    @property
    def tables(self) -> Tables:
        """Those that have rows."""
        return Tables({name: ALL[name].frame(rows) for name, rows in self.rows.items() if rows})


def survivors(alive: Mapping[tuple[str, int], float]) -> list[dict[str, Any]]:
    """Rows of `survival`: shares by block (self or mlp) and layer, the same for all its heads."""
    rows = []
    for layer in range(LAYERS):
        for block, head in [("self", h) for h in range(HEADS)] + [("mlp", -1)]:
            share = alive[block, layer]
            rows.append({
                "stack": "encoder", "layer": layer, "block": block, "head": head, "n": 100,
                "survivors": round(100 * share), "share": share,
            })  # fmt: skip
    return rows


def patterns(
    shares: Mapping[str, Any], weightings: tuple[str, ...] = ("raw", "norm")
) -> list[dict[str, Any]]:
    """Rows of `attention-patterns`: shares by pattern, functions of layer and head."""
    return [
        {
            "text": "t", "weighting": weighting, "stack": "encoder", "layer": layer,
            "block": "self", "head": head, "pattern": pattern, "count": 1,
            "share": share(layer, head), "n": 20,
        }
        for weighting in weightings
        for layer in range(LAYERS) for head in range(HEADS) for pattern, share in shares.items()
    ]  # fmt: skip
