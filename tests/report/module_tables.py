"""Tables of tickets that lost weights in chosen places, and in those that were published."""

import csv
from collections import defaultdict
from typing import Any

import realdata
from anatomy.tiny import transformer_big
from tombola.anatomy import anatomy, empty_model
from tombola.report import Tables
from tombola.study.model_rows import MODELS, SPARSITY

Shares = dict[str, list[dict[str, Any]]]
"""Tickets by name, and the rows of `sparsity` of each."""


def model(name: str, seed: int, **changes: Any) -> dict[str, Any]:
    return {
        "model": name, "step": "tickets", "seed": seed, "task": "t", "round": 1,
        "criterion": "magnitude", "rewind": "learning-rate 0.5", "source": "marian", "root": "d",
        "sparsity": 0.5, "sparsity_model": 0.4, "mask": "m", "parameters": 9, "steps": 3,
        "signature": "s", **changes,
    }  # fmt: skip


def tables_of(shares: Shares, seeds: tuple[int, ...]) -> Tables:
    """Tickets with these rows of `sparsity` by name, the same in every seed."""
    models, rows = [], []
    for seed in seeds:
        for i, (name, places_) in enumerate(shares.items(), 1):
            pruned, n = (sum(row[key] for row in places_) for key in ("pruned", "n"))
            models.append(model(f"{name}-{seed}", seed, round=i, sparsity=pruned / n))
            rows += [{**row, "model": f"{name}-{seed}", "signature": "s"} for row in places_]
    return Tables({"models": MODELS.frame(models), "sparsity": SPARSITY.frame(rows)})


def published() -> Shares:
    """The published shares as rows of `sparsity`: entries and places are our anatomy's."""
    body = anatomy(empty_model(transformer_big()))
    known = {p.name.removeprefix("model."): p for p in body.parameters}
    found: Shares = defaultdict(list)
    with realdata.published("movva_zhao_2020/module_sparsities.csv").open() as file:
        for row in csv.DictReader(file):
            parameter = known.get(row["parameter"])
            if row["model"] == "LTH0" or parameter is None or parameter.layer is None:
                continue
            if parameter.set not in ("matrices", "biases"):
                assert float(row["sparsity"]) == 0
                continue
            n = parameter.size
            found[row["model"]].append({
                "stack": parameter.stack, "layer": parameter.layer, "block": parameter.block,
                "role": parameter.role, "set": parameter.set, "n": n,
                "pruned": round(float(row["sparsity"]) * n),
            })  # fmt: skip
    return found


def made(turn: int = 1) -> list[dict[str, Any]]:
    """Three layers in which all that the paper saw holds, or, turned, its opposite."""
    rows = []
    for stack, blocks in (("encoder", ("self", "mlp")), ("decoder", ("self", "cross", "mlp"))):
        for block in blocks:
            for layer in range(3):
                lean = {"self": (9, 0, 4), "cross": (-30, -31, -32), "mlp": (0, 5, 10)}[block]
                roles = ("up", "down") if block == "mlp" else ("query", "key", "value", "output")
                for i, role in enumerate(roles):
                    pruned = 50 + turn * (lean[layer] + (10 * (i > 1) if block != "mlp" else 0))
                    rows.append({"stack": stack, "layer": layer, "block": block, "role": role,
                                 "set": "matrices", "n": 100, "pruned": pruned})  # fmt: skip
    return rows
