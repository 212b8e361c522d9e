"""The tables that kinds of steps fill, as plain as a report must be able to read them."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tombola.report.between import BETWEEN
from tombola.study.kinds.probe_differences import DIFFERENCES, TRENDS
from tombola.study.kinds.sweep import SWEEP
from tombola.tables import Table

TEXT, WHOLE, GAPS, NUMBER, TRUTH = "string", "int64", "Int64", "float64", "bool"
Rows = list[dict[str, Any]]


def _table(name: str, columns: dict[str, str], *, open_axes: bool = False) -> Table:
    about = {column: (kind, f"the {column} of {name}") for column, kind in columns.items()}
    return Table(name, about, open_axes=open_axes)


TABLES = {table.name: table for table in (
    _table("models", {
        "model": TEXT, "step": TEXT, "seed": GAPS, "task": TEXT, "round": WHOLE,
        "criterion": TEXT, "rewind": TEXT, "source": TEXT, "root": TEXT, "sparsity": NUMBER,
        "sparsity_model": NUMBER, "mask": TEXT, "parameters": WHOLE, "steps": WHOLE,
        "signature": TEXT,
    }, open_axes=True),
    _table("scores", {
        "model": TEXT, "task": TEXT, "metric": TEXT, "score": NUMBER, "low": NUMBER,
        "high": NUMBER, "n": WHOLE, "chance": NUMBER, "cut": WHOLE, "signature": TEXT,
    }),
    _table("sparsity", {
        "model": TEXT, "stack": TEXT, "layer": WHOLE, "block": TEXT, "role": TEXT, "set": TEXT,
        "n": WHOLE, "pruned": WHOLE, "signature": TEXT,
    }),
    _table("sizes", {
        "model": TEXT, "set": TEXT, "n": WHOLE, "pruned": WHOLE, "signature": TEXT,
    }),
    _table("training-losses", {
        "model": TEXT, "done": WHOLE, "loss": NUMBER, "signature": TEXT,
    }),
    _table("similarity", {
        "model": TEXT, "against": TEXT, "measure": TEXT, "map": TEXT, "text": TEXT,
        "stack": TEXT, "dense_layer": WHOLE, "sparse_layer": WHOLE, "value": NUMBER, "low": NUMBER,
        "high": NUMBER, "n": WHOLE, "width": WHOLE, "noise_floor": NUMBER, "signature": TEXT,
    }),
    _table("similarity-details", {
        "model": TEXT, "against": TEXT, "measure": TEXT, "map": TEXT, "text": TEXT, "stack": TEXT,
        "dense_layer": WHOLE, "sparse_layer": WHOLE, "detail": TEXT, "value": NUMBER, "n": WHOLE,
        "signature": TEXT,
    }),
    _table("complexity", {
        "model": TEXT, "text": TEXT, "stack": TEXT, "layer": WHOLE, "about": TEXT, "measure": TEXT,
        "given": NUMBER, "value": NUMBER, "n": WHOLE, "width": WHOLE, "note": TEXT,
        "signature": TEXT,
    }),
    _table("word-similarity", {
        "model": TEXT, "against": TEXT, "measure": TEXT, "text": TEXT, "stack": TEXT,
        "layer": WHOLE, "by": TEXT, "words": TEXT, "place": WHOLE, "centre": TEXT,
        "value": NUMBER, "low": NUMBER, "high": NUMBER, "n": WHOLE, "width": WHOLE,
        "noise_floor": NUMBER, "note": TEXT, "signature": TEXT,
    }),
    _table("attention-peaks", {
        "model": TEXT, "text": TEXT, "stack": TEXT, "layer": WHOLE, "head": WHOLE, "rows": TEXT,
        "bar": NUMBER, "share": NUMBER, "low": NUMBER, "high": NUMBER, "n": WHOLE,
        "signature": TEXT,
    }),
    _table("probes", {
        "model": TEXT, "probe": TEXT, "stack": TEXT, "layer": WHOLE, "metric": TEXT,
        "value": NUMBER, "low": NUMBER, "high": NUMBER, "n": WHOLE, "chance": NUMBER,
        "word_baseline": NUMBER, "signature": TEXT,
    }),
    _table("overlap", {
        "step": TEXT, "axis": TEXT, "a": TEXT, "b": TEXT, "a_model": TEXT, "b_model": TEXT,
        "n": WHOLE, "survivors_a": WHOLE, "survivors_b": WHOLE, "intersection": WHOLE,
        "expected": NUMBER, "jaccard": NUMBER, "expected_jaccard": NUMBER,
        "expected_jaccard_by_tensor": NUMBER, "signature": TEXT,
    }, open_axes=True),
    _table("stability", {
        "step": TEXT, "axis": TEXT, "statistic": TEXT, "value": NUMBER, "low": NUMBER,
        "high": NUMBER, "null_mean": NUMBER, "null_low": NUMBER, "null_high": NUMBER, "p": NUMBER,
        "raters": WHOLE, "n": WHOLE, "smallest": WHOLE, "largest": WHOLE,
        "survivors_in_all": WHOLE, "expected_in_all": NUMBER, "tests": TEXT, "signature": TEXT,
    }, open_axes=True),
    _table("differences", {
        "step": TEXT, "model": TEXT, "against": TEXT, "task": TEXT, "metric": TEXT,
        "difference": NUMBER, "low": NUMBER, "high": NUMBER, "seeds": WHOLE, "n": WHOLE,
        "margin": NUMBER, "verdict": TEXT, "sparsity": NUMBER, "criterion": TEXT,
        "rewind": TEXT, "round": WHOLE, "signature": TEXT,
    }, open_axes=True),
    _table("slices", {
        "step": TEXT, "model": TEXT, "against": TEXT, "task": TEXT, "criterion": TEXT,
        "rewind": TEXT, "round": WHOLE, "sparsity": NUMBER, "metric": TEXT, "by": TEXT,
        "slice": TEXT, "place": WHOLE, "least": NUMBER, "most": NUMBER, "score": NUMBER,
        "low": NUMBER, "high": NUMBER, "chance": NUMBER, "difference": NUMBER,
        "difference_low": NUMBER, "difference_high": NUMBER, "over": TEXT, "seeds": WHOLE,
        "n": WHOLE, "verdict": TEXT, "signature": TEXT,
    }, open_axes=True),
    _table("prunings", {
        "step": TEXT, "model": TEXT, "task": TEXT, "seed": GAPS, "pruning": WHOLE,
        "sparsity": NUMBER, "score": NUMBER, "floor": NUMBER, "kept": TRUTH, "signature": TEXT,
    }),
    _table("pruned-parts", {
        "step": TEXT, "model": TEXT, "task": TEXT, "seed": GAPS, "pruning": WHOLE, "stack": TEXT,
        "layer": WHOLE, "block": TEXT, "head": WHOLE, "survives": TRUTH, "value": NUMBER,
        "normed": NUMBER, "signature": TEXT,
    }),
    _table("survival", {
        "model": TEXT, "stack": TEXT, "layer": WHOLE, "block": TEXT, "head": WHOLE, "n": WHOLE,
        "survivors": WHOLE, "share": NUMBER, "signature": TEXT,
    }),
    _table("importance", {
        "model": TEXT, "text": TEXT, "score": TEXT, "per": TEXT, "stack": TEXT, "layer": WHOLE,
        "block": TEXT, "head": WHOLE, "value": NUMBER, "normed": NUMBER, "n": WHOLE,
        "signature": TEXT,
    }),
    _table("importance-ranks", {
        "model": TEXT, "text": TEXT, "a": TEXT, "b": TEXT, "parts": TEXT, "n": WHOLE,
        "spearman": NUMBER, "kendall": NUMBER, "signature": TEXT,
    }),
    _table("attention-patterns", {
        "model": TEXT, "text": TEXT, "weighting": TEXT, "stack": TEXT, "layer": WHOLE,
        "block": TEXT, "head": WHOLE, "pattern": TEXT, "count": WHOLE, "share": NUMBER, "n": WHOLE,
        "signature": TEXT,
    }),
    _table("pattern-classifier", {
        "model": TEXT, "text": TEXT, "weighting": TEXT, "maps": TEXT, "trained_on": WHOLE,
        "pattern": TEXT, "f1": NUMBER, "low": NUMBER, "high": NUMBER, "n": WHOLE,
        "signature": TEXT,
    }),
    _table("worth", {
        "step": TEXT, "task": TEXT, "metric": TEXT, "axis": TEXT, "loss": TEXT, "left_out": TEXT,
        "slope": NUMBER, "low": NUMBER, "high": NUMBER, "per_bit": NUMBER, "intercept": NUMBER,
        "r2": NUMBER, "n": WHOLE, "signature": TEXT,
    }, open_axes=True),
    _table("worth-points", {
        "step": TEXT, "task": TEXT, "metric": TEXT, "axis": TEXT, "loss": TEXT, "value": TEXT,
        "model": TEXT, "against": TEXT, "x": NUMBER, "y": NUMBER, "fitted": TRUTH,
        "signature": TEXT,
    }, open_axes=True),
    _table("movement", {
        "model": TEXT, "against": TEXT, "binned": TEXT, "stack": TEXT, "layer": WHOLE,
        "block": TEXT, "role": TEXT, "n": WHOLE, "mean": NUMBER, "sd": NUMBER, "chance": NUMBER,
        "signature": TEXT,
    }),
    _table("movement-ranks", {
        "model": TEXT, "against": TEXT, "binned": TEXT, "bin": WHOLE, "bins": WHOLE, "n": WHOLE,
        "mean": NUMBER, "share": NUMBER, "signature": TEXT,
    }),
    _table("pruned-magnitude", {
        "model": TEXT, "text": TEXT, "scope": TEXT, "cut": NUMBER, "n": WHOLE, "total": NUMBER,
        "pruned": NUMBER, "signed": NUMBER, "share": NUMBER, "signature": TEXT,
    }),
    _table("head-shares", {
        "model": TEXT, "text": TEXT, "scope": TEXT, "cut": NUMBER, "heads": WHOLE, "mean": NUMBER,
        "least": NUMBER, "most": NUMBER, "sd": NUMBER, "chance_sd": NUMBER, "signature": TEXT,
    }),
    _table("head-bands", {
        "model": TEXT, "text": TEXT, "stack": TEXT, "layer": WHOLE, "block": TEXT, "role": TEXT,
        "between": NUMBER, "chance": NUMBER, "low": NUMBER, "high": NUMBER, "channels": WHOLE,
        "heads": WHOLE, "signature": TEXT,
    }),
    _table("magnitude-maps", {
        "model": TEXT, "text": TEXT, "stack": TEXT, "layer": WHOLE, "block": TEXT, "role": TEXT,
        "row": WHOLE, "head": WHOLE, "column": WHOLE, "value": NUMBER, "signature": TEXT,
    }),
    _table("word-magnitudes", {
        "model": TEXT, "text": TEXT, "about": TEXT, "fixed": TEXT, "value": NUMBER, "low": NUMBER,
        "high": NUMBER, "n": WHOLE, "signature": TEXT,
    }),
    _table("word-lengths", {
        "model": TEXT, "text": TEXT, "length": WHOLE, "n": WHOLE, "mean": NUMBER, "sd": NUMBER,
        "signature": TEXT,
    }),
    _table("stages", {
        "stage": TEXT, "step": TEXT, "kind": TEXT, "facts": TEXT, "reads": TEXT,
    }),
    DIFFERENCES,
    SWEEP,
    BETWEEN,
    TRENDS,
)}  # fmt: skip
"""The tables of a study by name."""


def model_id(row: dict[str, Any]) -> str:
    """A stage's name for an old row's model."""
    if row["round"] == 0:
        return f"dense-{row['experiment']}-s{row['seed']}"
    which = (row["experiment"], row["rewinding"], row["criterion"], row["round"], row["seed"])
    return "tickets-{}-{}-{}-r{}-s{}".format(*which)


def renewed(old: dict[str, Rows], margins: dict[str, float]) -> dict[str, Rows]:
    """Rows of old tables as rows of new ones; paired differences for tasks that have a margin."""
    rows: dict[str, Rows] = {name: [] for name in ("models", "scores", "sparsity", "stages")}
    rows |= {"similarity": [], "probes": []}
    for row in old["scores"]:
        rows["models"].append(model(row))
        rows["stages"].append({
            "stage": model_id(row), "step": "dense" if row["round"] == 0 else "tickets",
            "kind": "train", "facts": '{"training": {"steps": 500}}', "reads": "{}",
        })  # fmt: skip
        rows["scores"].append({
            "model": model_id(row), "cut": 0,
            **{c: row[c] for c in TABLES["scores"].columns if c not in ("model", "cut")},
        })  # fmt: skip
    for name in ("sparsity", "similarity", "probes"):
        for row in old[name]:
            own = {c: row[c] for c in TABLES[name].columns if c in row and c != "model"}
            extra = {}
            if name == "similarity":
                dense = {**row, "round": 0}
                extra = {"against": model_id(dense), "text": "", "map": "between"}
                if row["dense_layer"] != row["sparse_layer"]:
                    its = {**own, **extra, "model": model_id(row), "against": model_id(row)}
                    rows[name].append({**its, "map": "of"})
            rows[name].append({"model": model_id(row), **own, **extra})
    if margins:
        rows["differences"] = differences(old["scores"], margins)
    return rows


def model(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The row of `models` for an old row of scores."""
    dense = row["round"] == 0
    return {
        "model": model_id(row), "step": "dense" if dense else "tickets", "seed": row["seed"],
        "task": row["task"], "round": row["round"],
        "criterion": "" if dense else row["criterion"], "rewind": "" if dense else row["rewinding"],
        "source": row["model"], "root": model_id({**row, "round": 0}), "sparsity": row["sparsity"],
        "sparsity_model": row["sparsity_model"], "mask": row["mask"], "parameters": 100_000,
        "steps": 500 * (row["round"] + 1), "signature": row["signature"], **changes,
    }  # fmt: skip


def differences(scores: Rows, margins: dict[str, float]) -> Rows:
    """Differences from dense, random and none; their intervals are plausible, no more."""
    by: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in scores:
        which = (row["experiment"], row["criterion"], row["rewinding"], row["round"])
        by[which][row["seed"]] = row
    found = []
    for (name, criterion, rewinding, step), ours in by.items():
        first = ours[min(ours)]
        if step == 0 or first["task"] not in margins:
            continue
        others = {"dense": ("dense", "none", 0), "random": ("random", rewinding, step),
                  "none": ("none", rewinding, step)}  # fmt: skip
        for against, (other, rewound, at) in others.items():
            theirs = by.get((name, other, rewound, at))
            if theirs is None or other == criterion:
                continue
            each = [ours[s]["score"] - theirs[s]["score"] for s in ours if s in theirs]
            each = [value for value in each if not math.isnan(value)]
            mean, half = statistics.fmean(each), 0.012 * (100 if first["score"] > 2 else 1)
            found.append({
                "step": "compared", "model": model_id(first), "against": against,
                "task": first["task"], "metric": first["metric"], "difference": mean,
                "low": mean - half, "high": mean + half, "seeds": len(each), "n": first["n"],
                "margin": margins[first["task"]],
                "verdict": verdict(mean - half, mean + half, margins[first["task"]]),
                "sparsity": first["sparsity"], "criterion": criterion, "rewind": rewinding,
                "round": step, "signature": first["signature"],
            })  # fmt: skip
    return found


def verdict(low: float, high: float, margin: float) -> str:
    """What an interval of a difference says."""
    if low > 0:
        return "above"
    if high < 0:
        return "below"
    return "within" if -margin < low and high < margin else "undecided"


def overlap(labels: tuple[str, ...], axis: str, shared: dict[str, str], n: int = 10_000) -> Rows:
    """All pairs along an axis; neighbours share more."""
    found = []
    for i, a in enumerate(labels):
        for j, b in enumerate(labels[i + 1 :], i + 1):
            kept = n // 2
            both = int(kept * (0.5 + 0.4 / (j - i)))
            found.append({
                "step": "shared", "axis": axis, "a": a, "b": b, "a_model": f"m{a}",
                "b_model": f"m{b}", "n": n, "survivors_a": kept, "survivors_b": kept,
                "intersection": both, "expected": kept / 2, "jaccard": both / (2 * kept - both),
                "expected_jaccard": 1 / 3, "expected_jaccard_by_tensor": 0.36, "signature": "s",
                **shared,
            })  # fmt: skip
    return found


def stability(axis: str, shared: dict[str, str], n: int = 144) -> Rows:
    """Five masks: kappa .2, and 34 items in all of them where chance gives 14.2."""
    values = {"fleiss-kappa": 0.2, "krippendorff-alpha": 0.201, "cochran-q": 55.9,
              "kept-by-all": 34.0}  # fmt: skip
    return [
        {
            "step": "stable", "axis": axis, "statistic": statistic, "value": value,
            "low": 0.75 * value, "high": 1.25 * value, "null_mean": 0.4 * value,
            "null_low": 0.3 * value, "null_high": 0.5 * value,
            "p": 2e-11 if statistic == "cochran-q" else float("nan"), "raters": 5, "n": n,
            "smallest": 67, "largest": 116, "survivors_in_all": 34, "expected_in_all": 14.2,
            "tests": f"{statistic} tests nothing else.", "signature": "s", **shared,
        }
        for statistic, value in values.items()
    ]  # fmt: skip


def sizes(models: Rows, **changes: Any) -> Rows:
    """Transformer-Big: matrices and biases are pruned, embeddings and norms are not."""
    sets = {"matrices": 176_160_768, "biases": 135_168, "norms": 61_440, "embeddings": 33_554_432}
    return [
        {
            "model": row["model"], "set": name, "n": n, "signature": "s",
            "pruned": round(row["sparsity"] * n) if name in ("matrices", "biases") else 0,
            **changes,
        }
        for row in models
        for name, n in sets.items()
    ]  # fmt: skip


def training_losses(models: Iterable[str], **changes: Any) -> Rows:
    """Losses that fall from 1 to a half over a hundred steps."""
    return [
        {"model": model, "done": done, "loss": 1 - done / 200, "signature": "s", **changes}
        for model in models
        for done in range(1, 101)
    ]


def sweep(model: str, lost: dict[float, tuple[float, float]], **changes: Any) -> Rows:
    """Sizes with what they lose, drawn and by lot; 0.4 is chosen, up to 0.2 is sure."""

    def row(role: str, level: float, loss: float) -> dict[str, Any]:
        low, high = (-loss - 0.2 * level**2, -loss + 0.2 * level**2) if level else (0.0, 0.0)
        return {
            "step": "sweep", "model": model, "task": "acceptability", "seed": 0, "unit": "weights",
            "method": {"drawn": "magnitude", "control": "random"}.get(role, "none"), "role": role,
            "level": level, "sparsity": level, "sparsity_model": level / 2, "steps": 0,
            "metric": "accuracy", "choice": 0.88 - loss, "choice_n": 500, "score": 0.87 - loss,
            "chance": 0.69, "n": 543, "holds": role == "drawn" and level <= 0.4,
            "chosen": role == "drawn" and level == 0.4, "difference": -loss, "low": low,
            "high": high, "max_loss": "2%", "allowed": 0.0174,
            "verdict": "less" if low > -0.0174 else "more" if high < -0.0174 else "undecided",
            "signature": "s", **changes,
        }  # fmt: skip

    drawn = [row("drawn", level, each[0]) for level, each in lost.items()]
    lots = [row("control", level, each[1]) for level, each in lost.items()]
    return [row("full", 0.0, 0.0), *drawn, *lots]


def slices(models: Rows, cuts: dict[str, tuple[str, ...]], **changes: Any) -> Rows:
    """What every slice lost: the later ones more; the whole split first."""
    found = []
    for row in models:
        for by, names in {"all": ("all",), **cuts}.items():
            for place, name in enumerate(names):
                lost = -0.05 * row["sparsity"] ** 3 * (1 + place)
                found.append({
                    "step": "parts", "model": row["model"], "against": "dense",
                    "task": row["task"], "criterion": row["criterion"], "rewind": row["rewind"],
                    "round": row["round"], "sparsity": row["sparsity"], "metric": "matthews",
                    "by": by, "slice": name, "place": place,
                    "least": math.nan if by == "topic" else 5.0 * place,
                    "most": math.nan if by == "topic" else 5.0 * place + 4,
                    "score": 0.5 + lost, "low": 0.45 + lost, "high": 0.55 + lost,
                    "chance": math.nan, "difference": lost, "difference_low": lost - 0.02,
                    "difference_high": lost + 0.02, "over": "seeds and examples", "seeds": 2,
                    "n": 1043 // len(names), "verdict": verdict(lost - 0.02, lost + 0.02, 0),
                    "signature": "s", **changes,
                })  # fmt: skip
    return found


def prunings(models: Rows, *, until: int = 4) -> Rows:
    """A loop for each model: its last pruning falls under the floor."""
    return [
        {
            "step": "loop", "model": row["model"], "task": row["task"], "seed": row["seed"],
            "pruning": i, "sparsity": 0.1 * i, "score": 0.8 - 0.02 * i**1.5, "floor": 0.66,
            "kept": i < until, "signature": "s",
        }
        for row in models
        for i in range(1, until + 1)
    ]  # fmt: skip


def importance(model: str, blocks: dict[str, int], layers: int, **changes: Any) -> Rows:
    """Heads of growing importance, by block (`encoder.self`) and number; of MLPs, the last most."""
    rows = []
    for layer in range(layers):
        for block, n in blocks.items():
            stack, kind = block.split(".")
            for head in range(n) if n else [-1]:
                value = (head + 1) / n if n else (layer + 1) / layers
                rows.append({
                    "model": model, "text": "CoLA", "score": "gate", "per": "example",
                    "stack": stack, "layer": layer, "block": kind, "head": head, "value": value,
                    "normed": value, "n": 1043, "signature": "x", **changes,
                })  # fmt: skip
    return rows


def importance_ranks(model: str, **changes: Any) -> Rows:
    """Two scores that rank heads half alike."""
    return [{
        "model": model, "text": "CoLA", "a": "gate", "b": "magnitude", "parts": "heads", "n": 144,
        "spearman": 0.5, "kendall": 0.4, "signature": "x", **changes,
    }]  # fmt: skip


PATTERNS = ("diagonal", "vertical", "vertical+diagonal", "block", "heterogeneous")


def attention_patterns(
    model: str, shares: dict[str, tuple[int, ...]], heads: int = 12, layers: int = 12, n: int = 100,
    **changes: Any,
) -> Rows:  # fmt: skip
    """Every head alike: of `n` maps, so many of each pattern, by weighting."""
    return [
        {
            "model": model, "text": "CoLA", "weighting": weighting, "stack": "encoder",
            "layer": layer, "block": "self", "head": head, "pattern": pattern, "count": count,
            "share": count / n, "n": n, "signature": "x", **changes,
        }
        for weighting, counts in shares.items()
        for layer in range(layers)
        for head in range(heads)
        for pattern, count in zip(PATTERNS, counts, strict=True)
    ]  # fmt: skip


def pattern_classifier(model: str, weighting: str, **changes: Any) -> Rows:
    """F1 of .9 for all."""
    return [
        {
            "model": model, "text": "CoLA", "weighting": weighting, "maps": "synthetic",
            "trained_on": 2500, "pattern": pattern, "f1": 0.9, "low": 0.88, "high": 0.92,
            "n": 1000 if pattern == "all" else 200, "signature": "x", **changes,
        }
        for pattern in (*PATTERNS, "all")
    ]  # fmt: skip


def details(model: str, against: str, **changes: Any) -> Rows:
    """Deciles of the best matches of one layer, and the share that is its own."""
    values = {f"p{p}": 0.5 + p / 250 for p in range(0, 101, 10)} | {"itself": 0.9, "constant": 0.0}
    return [{
        "model": model, "against": against, "measure": "NeuronSim", "map": "between", "text": "",
        "stack": "encoder", "dense_layer": 1, "sparse_layer": 1, "detail": detail, "value": value,
        "n": 6000, "signature": "s", **changes,
    } for detail, value in values.items()]  # fmt: skip


def complexity(model: str, **changes: Any) -> Rows:
    """A curve of explained shares of one layer, and the directions of 80%."""
    shared = {
        "model": model, "text": "", "stack": "encoder", "layer": 2, "about": "mean", "n": 6000,
        "width": 64, "note": "", "signature": "s", **changes,
    }  # fmt: skip
    curve = [("explained", float(k), 1 - 0.6 / k) for k in (1, 2, 4, 8, 64)]
    return [
        {**shared, "measure": measure, "given": given, "value": value}
        for measure, given, value in [*curve, ("k", 0.8, 3.0)]
    ]


KINDS_OF_WORDS = {
    "all": (0.93, 9000), "1 to 5": (0.87, 2000), "6 to 100": (0.95, 3000),
    "101 on": (0.88, 3990), "not in training": (0.7, 10),
}  # fmt: skip
"""Similarity and words of each bin."""


def word_similarity(model: str, against: str, **changes: Any) -> Rows:
    """Bins of frequency of one layer, the last of which has few words."""
    return [{
        "model": model, "against": against, "measure": "linear CKA, debiased", "text": "",
        "stack": "encoder", "layer": 2, "by": "frequency", "words": words, "place": place,
        "centre": "kind", "value": value, "low": value - 0.02, "high": value + 0.02, "n": n,
        "width": 64, "noise_floor": 0.1, "note": "fewer words than dimensions" if n < 64 else "",
        "signature": "s", **changes,
    } for place, (words, (value, n)) in enumerate(KINDS_OF_WORDS.items(), -1)]  # fmt: skip


def attention_peaks(model: str, share: float = 0.3, layers: int = 2, **changes: Any) -> Rows:
    """Two heads in each layer; with rows of length one all shares are a tenth higher."""
    places = [(layer, head) for layer in range(1, layers + 1) for head in (0, 1, -1)] + [(0, -1)]
    return [{
        "model": model, "text": "", "stack": "encoder", "layer": layer, "head": head, "rows": way,
        "bar": 0.95, "share": share + more + layer / 100, "low": share + more - 0.03,
        "high": share + more + 0.03, "n": 4000, "signature": "s", **changes,
    } for way, more in (("all", 0.1), ("several", 0.0)) for layer, head in places]  # fmt: skip
