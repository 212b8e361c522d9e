"""Probes as Movva & Zhao 2020 published them, in the form of the report's cells."""

import csv
import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

import realdata

FOLDER = "movva_zhao_2020"
SPARSITY = (0.0, 0.2, 0.36, 0.488, 0.59, 0.672, 0.738, 0.79, 0.832)
"""Of LTH0 to LTH8, without embeddings: Table A1."""
LINEAR = {
    "pos": "9678 9682 9674 9685 9685 9685 9681 9689 9694",
    "ccg": "9298 9291 9286 9281 9284 9300 9302 9298 9295",
    "parent": "9510 9506 9515 9515 9517 9516 9507 9501",
    "grandparent": "7927 7929 7918 7897 7896 7894 7900 7903",
    "great-grandparent": "6559 6540 6564 6513 6542 6520 6550 6471",
    "semtag": "9331 9340 9340 9331 9331 9336 9346 9344",
    "chunk": "9133 9097 9125 9118 9109 9130 9142 9122 9119",
    "conjunct": "4375 4324 4386 4341 4429 4281 4347 4398 4282",
    "syn-arc-class": "9558 9578 9567 9558 9556 9554 9559",
    "sem-arc-class": "9277 9305 9298 9318 9327 9308 9346 9350 9374",
}
"""Best scores (in ten-thousandths) of LTH0, LTH1, … from the notebook that the authors published:
of tasks that Table A2 leaves out."""
MEANS = {
    "PS-Fxn": 0.7669, "PS-Role": 0.6558, "EF": 0.6611, "NER": 0.6659, "GED": 0.2384,
    "SemArcPred": 0.7657,
}  # fmt: skip
"""Means over all layers and models from the same notebook."""
NAMES = {
    "POS": "pos", "PS-Fxn": "ps-function", "PS-Role": "ps-role", "Coref": "coreference",
    "SynArcPred": "syn-arc-prediction", "SemArcPred": "sem-arc-prediction", "NER": "ner",
    "GED": "ged", "EF": "factuality",
}  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    """The rows of a published table."""
    with (realdata.published(FOLDER) / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def layers(group: str) -> np.ndarray:
    """Published z-scores of layers 1 to 6 of LTH0 to LTH8."""
    rows = [row for row in table("layer_z_scores") if row["group"].startswith(group)]
    return np.array([[float(row[f"LTH{i}"]) for i in range(9)] for row in rows])


def best(name: str) -> dict[str, np.ndarray]:
    """A column for each task of a table that has a row for each model."""
    rows = table(name)
    return {
        task: np.array([float(row[task]) for row in rows]) for task in rows[0] if task != "model"
    }


def cells(task: str, group: str, scores: np.ndarray, by: str = "linear") -> pd.DataFrame:
    """Scores (layers × models) as cells."""
    made = [
        {
            "asked": task, "word_task": task, "group": group, "metric": "accuracy", "by": by,
            "stack": "encoder", "kind": "magnitude" if i else "dense", "variant": "magnitude",
            "criterion": "magnitude", "rewind": "none", "round": i, "layer": layer,
            "mean": float(value), "chosen": float(value), "at": SPARSITY[i],
            "sparsity": SPARSITY[i],
        }
        for layer, row in enumerate(scores, 1)
        for i, value in enumerate(row)
    ]  # fmt: skip
    return pd.DataFrame(made)


def scores() -> Iterable[tuple[str, str, list[float]]]:
    """Best scores of every task that is known: task, kind of probe, LTH0, LTH1, …"""
    for name, by in (("table_a2_linear", "linear"), ("table_a3_mlp", "MLP 1024")):
        for task, column in best(name).items():
            yield NAMES[task], by, [float(value) for value in column]
    for task, text in LINEAR.items():
        yield task, "linear", [int(value) / 1e4 for value in text.split()]


def bounds(values: np.ndarray, rounded: np.ndarray, mean: float) -> tuple[float, float]:
    """Deviations with which (values - mean) / deviation has these roundings to one decimal.

    Values are rounded, too, to three decimals. Empty (low above high) where there is none.
    """
    low, high = 0.0, math.inf
    for value, z in zip(values, rounded, strict=True):
        low = max(low, (value - 0.0005 - mean) / (z + 0.05))
        high = min(high, (value + 0.0005 - mean) / (z - 0.05))
    return low, high
