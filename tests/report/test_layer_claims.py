"""Claims about layers, attention and kinds of words, on tables in which the truth is known."""

from itertools import combinations_with_replacement
from typing import Any

import new_tables
import pytest

from tombola.report import CLAIMS, Tables
from tombola.report.figures.base import drawings

SEEDS, LAYERS = (1, 2, 3), 4
STACKS = ("encoder", "decoder", "cross")
CLAIMED = (
    "mz-neuron-self", "mz-neuron-fall", "mz-neuron-shift", "mz-layer-fall", "mz-decoder-differs",
    "mz-early-final", "mz-simpler", "mz-words", "mz-attention-stays", "mz-cross-varies",
    "mz-decoder-self", "mz-peaked",
)  # fmt: skip


def models() -> list[dict[str, Any]]:
    """A dense model and tickets of three rounds for each seed."""
    return [
        {
            "model": f"m{seed}.{step}", "step": "tickets" if step else "dense", "seed": seed,
            "task": "t", "round": step, "criterion": "magnitude" if step else "", "source": "s",
            "rewind": "learning-rate 0.5" if step else "", "root": f"m{seed}.0",
            "sparsity": 1 - 0.55**step, "sparsity_model": 0.0, "mask": "", "parameters": 1,
            "steps": 1, "signature": "s",
        }
        for seed in SEEDS
        for step in range(3 + 1)
    ]  # fmt: skip


def value(measure: str, stack: str, a: int, i: int, b: int, j: int, seed: int) -> float:
    """What the paper found: layer i of round a beside layer j of round b."""
    noise = 0.002 * seed * ((i + 2 * j + a + b) % 3 - 1)
    if measure == "AttentionSim":
        if i == j and stack == "encoder" and i == 1:
            return 1 - 0.1 * abs(b - a) + noise
        apart = {"encoder": 0.05, "decoder": 0.01, "cross": 0.1}[stack] * abs(i - j)
        apart += {"encoder": 0.3, "decoder": 0.0, "cross": 0.0}[stack] * (1 in (i, j)) * (i != j)
        apart += 0.2 * (stack == "cross") * ((i <= 2) != (j <= 2))
        nearer = 0.02 * min(a, b) * (i != j)
        return 1 - apart - 0.001 * abs(b - a) + nearer + noise
    if i == j:
        high = 1 if measure == "linear CKA, debiased" and stack == "decoder" and i == 4 else i
        return 1 - 0.02 * abs(b - a) * high + noise
    farther = {"encoder": 0.1, "decoder": 0.15, "cross": 0.1}[stack]
    return 1 - farther * abs(i - j) + 0.03 * max(a, b) + noise


def similarity(measure: str, stack: str) -> list[dict[str, Any]]:
    rows = []
    for seed in SEEDS:
        for a, b in combinations_with_replacement(range(4), 2):
            of = "to" if b == 0 else "of" if a == b else "pairs" if a else "between"
            rows += [
                {
                    "model": f"m{seed}.{b}", "against": f"m{seed}.{a}", "measure": measure,
                    "map": of, "text": "t", "stack": stack, "dense_layer": i, "sparse_layer": j,
                    "value": 1.0 if (a, i) == (b, j) else value(measure, stack, a, i, b, j, seed),
                    "low": 0.0, "high": 1.0, "n": 5000, "width": 16, "noise_floor": 0.0,
                    "signature": "s",
                }
                for i in range(1, LAYERS + 1)
                for j in range(1, LAYERS + 1)
            ]  # fmt: skip
    return rows


def details() -> list[dict[str, Any]]:
    rows = []
    for seed in SEEDS:
        for step in (1, 2, 3):
            for layer in range(1, LAYERS + 1):
                for row in new_tables.details(f"m{seed}.{step}", f"m{seed}.0"):
                    moved = 0.02 * step * layer + 0.001 * seed
                    said = row["value"] - moved if row["detail"].startswith("p") else row["value"]
                    said = 0.99 + 0.001 * seed if row["detail"] == "itself" else said
                    rows.append({**row, "value": said, "dense_layer": layer, "sparse_layer": layer,
                                 "text": "t"})  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def found() -> dict[str, list[dict[str, Any]]]:
    """The tables of a study that found what the paper did."""
    every = [f"m{seed}.{step}" for seed in SEEDS for step in range(4)]
    return {
        "models": models(),
        "similarity": [
            row
            for measure, stacks in (
                ("NeuronSim", STACKS[:2]), ("linear CKA, debiased", STACKS[:2]),
                ("AttentionSim", STACKS),
            )
            for stack in stacks
            for row in similarity(measure, stack)
        ],
        "similarity-details": details(),
        "complexity": [
            row | {"value": 40.0 - 5 * int(model[-1]) + 0.1 * int(model[1])}
            for model in every
            for about in ("mean", "zero")
            for row in new_tables.complexity(model, about=about, text="t")
            if row["measure"] == "k"
        ],
        "word-similarity": [
            row | {"value": row["value"] + 0.001 * seed}
            for seed in SEEDS
            for row in words(f"m{seed}.3", f"m{seed}.0")
        ],
        "attention-peaks": [
            row | {"share": row["share"] + 0.001 * int(model[1])}
            for model in every
            for stack, share in (("encoder", 0.3), ("decoder", 0.4), ("cross", 0.16))
            for row in new_tables.attention_peaks(model, share, stack=stack, text="t")
        ],
    }  # fmt: skip


def words(model: str, against: str) -> list[dict[str, Any]]:
    bins = new_tables.word_similarity(model, against, text="t")
    tags = {"CC": 0.98, "NNP": 0.85, "RP": 0.86, ".": 0.84, "VBG": 0.84, "UH": 0.5}
    labels = [
        bins[1] | {"by": "pos", "text": "w", "words": tag, "place": i, "value": one,
                   "n": 10 if tag == "UH" else 500}
        for i, (tag, one) in enumerate(tags.items())
    ]  # fmt: skip
    return bins + labels


def read(found: dict[str, list[dict[str, Any]]]) -> Tables:
    return Tables({name: new_tables.TABLES[name].frame(rows) for name, rows in found.items()})


@pytest.mark.parametrize("name", CLAIMED)
def test_what_the_paper_found_is_supported_and_its_reverse_is_not(found, name: str) -> None:
    said = CLAIMS[name].test(read(found))
    assert said.verdict == "supported", said.statistic
    assert said.seeds == len(SEEDS)
    turned = dict(found)
    for table, column, one in (
        ("similarity", "value", 1), ("similarity-details", "value", 1), ("complexity", "value", 80),
        ("word-similarity", "value", 1), ("attention-peaks", "share", 1),
    ):  # fmt: skip
        turned[table] = [row | {column: one - row[column]} for row in found[table]]
    assert CLAIMS[name].test(read(turned)).verdict == "contradicted"


@pytest.mark.parametrize("name", CLAIMED)
def test_one_seed_decides_nothing_and_no_table_says_nothing(found, name: str) -> None:
    one = {
        table: [row for row in rows if row["model"].startswith("m1")]
        for table, rows in found.items()
    }
    assert CLAIMS[name].test(read(one)).verdict == "undecided"
    assert CLAIMS[name].test(read({"models": found["models"]})).verdict == "silent"
    empty = {table: rows if table == "models" else [] for table, rows in found.items()}
    assert CLAIMS[name].test(read(empty)).verdict == "silent"


def test_all_models_layers_stand_in_one_map(found) -> None:
    charts = list(drawings("pairs", read(found)))
    assert [drawing.which["measure"] for drawing in charts] == [
        "NeuronSim", "linear CKA, debiased", "AttentionSim",
    ]  # fmt: skip
    (cells, *_) = charts[2].picture.rows.values()
    assert len(cells) == 10 * LAYERS**2
    own = [cell for cell in cells if cell["one"] == cell["other"] == "0.0%"]
    assert sorted(cell["x"] for cell in own if cell["y"] == 0) == [0, 1, 2, 3]
