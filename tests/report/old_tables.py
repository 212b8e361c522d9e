"""The tables of a study as they were written before there was a table of models."""

from pathlib import Path
from typing import Any

import pandas as pd

WHICH = {
    "experiment": ("string", "name of the experiment in the recipe"),
    "seed": ("int64", "seed of the run"),
    "criterion": ("string", "what scored the weights: magnitude, random, …; dense where unpruned"),
    "rewinding": ("string", "weights, learning-rate; none where unpruned"),
    "round": ("int64", "pruning round; 0 is dense"),
    "sparsity": ("float64", "pruned share of the prunable parameter sets, 0 to 1"),
}
"""Columns by which every table says which model a number belongs to."""

SIGNATURE = {"signature": ("string", "every setting that determines the number")}

TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "scores": {
        **WHICH,
        "task": ("string", "task that was learned"),
        "model": ("string", "where the model came from"),
        "sparsity_model": ("float64", "pruned share of all parameters, 0 to 1"),
        "metric": ("string", "name of the metric"),
        "score": ("float64", "its value on the dev split; NaN where training diverged"),
        "low": ("float64", "lower end of the 95% interval over examples"),
        "high": ("float64", "upper end of the 95% interval over examples"),
        "n": ("int64", "examples scored"),
        "chance": ("float64", "score of always answering the most frequent label; NaN if none"),
        "mask": ("string", "hash of the mask, 12 hex digits; empty where unpruned"),
        **SIGNATURE,
    },
    "sparsity": {
        **WHICH,
        "stack": ("string", "encoder, decoder; empty outside the stacks"),
        "layer": ("int64", "0 is nearest to the input; -1 outside the stacks"),
        "block": ("string", "self, cross, mlp; empty outside the stacks"),
        "role": ("string", "query, key, value, output, up, down, …"),
        "set": ("string", "parameter set"),
        "n": ("int64", "prunable entries"),
        "pruned": ("int64", "pruned entries"),
        **SIGNATURE,
    },
    "similarity": {
        **WHICH,
        "measure": ("string", "name of the similarity measure"),
        "stack": ("string", "encoder or decoder"),
        "dense_layer": ("int64", "layer of the dense model; 0 is the embedding output"),
        "sparse_layer": ("int64", "layer of the sparse model; 0 is the embedding output"),
        "value": ("float64", "similarity; 1 is the same up to rotation and scale"),
        "low": ("float64", "lower end of the 95% interval over sentences; NaN if not estimated"),
        "high": ("float64", "upper end of the 95% interval over sentences; NaN if not estimated"),
        "n": ("int64", "tokens compared"),
        "width": ("int64", "length of a representation"),
        "noise_floor": ("float64", "what unrelated representations of this n and width score"),
        **SIGNATURE,
    },
    "probes": {
        **WHICH,
        "probe": ("string", "what the probe predicts"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is the embedding output"),
        "metric": ("string", "name of the metric"),
        "value": ("float64", "its value on words the probe has not seen in training"),
        "low": ("float64", "lower end of the 95% interval over words"),
        "high": ("float64", "upper end of the 95% interval over words"),
        "n": ("int64", "words scored"),
        "chance": ("float64", "score of always answering the most frequent label"),
        "word_baseline": ("float64", "score of the most frequent label of each word, no context"),
        **SIGNATURE,
    },
}


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Write rows as a table, as pandas writes it: without a line about each column."""
    types = {column: dtype for column, (dtype, _) in TABLES[name].items()}
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    frame.to_parquet(folder / f"{name}.parquet", index=False)
