"""Made-up tables that have something for every figure: those that the tests of figures use."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola import tables
from tombola.report import Tables
from tombola.report.between import between

TESTS = Path(__file__).parents[2] / "tests"
PROBED = tuple((task, "linear") for task in ("pos", "ner", "chunk", "ps-role"))


def toy_tables(folder: Path) -> list[Tables]:
    """Studies that have something for every figure; the first is written to `folder`."""
    sys.path[:0] = [str(TESTS), str(TESTS / "report")]
    import probe_tables
    import synthetic
    import test_chains as chained
    import test_layer_claims as layered
    import test_pretrain_figures as pretrained
    import test_report_figures as figured
    from docs.site.toy_lottery import lottery

    experiment = replace(
        synthetic.ACCEPTABILITY, tickets=(("magnitude", "weights"), ("random", "weights")),
        as_long=True, paired=True, margin=0.02,
    )  # fmt: skip
    out = synthetic.write_study(folder, (experiment,))
    models = tables.read(out / "tables", "models").to_dict("records")
    for name, rows in _further(models):
        _write(out, name, rows)
    pair = {name: chained.chains("magnitude", shift=by) for name, by in (("a", 0.0), ("b", 0.01))}
    layers = {"models": layered.models(), "similarity": layered.similarity("linear CKA", "encoder")}
    return [
        Tables.read(str(out)),
        probe_tables.study(tasks=("pos", "ner", "chunk", "ps-role")),
        lottery(),
        pretrained.study(),
        figured.transferred(Tables.read(synthetic.write_study(folder / "two", synthetic.SMALL))),
        layered.read(layers),
        Tables({"between-studies": between(pair, chained.by_name)}),
    ]


def _further(models: list[dict[str, Any]]) -> Iterable[tuple[str, Any]]:
    import new_tables as new

    last = [row for row in models if row["round"] == 3 and row["criterion"] == "magnitude"]
    ticket, dense = last[0]["model"], last[0]["root"]
    shared = {"task": "acceptability", "criterion": "magnitude", "round": "3"}
    maps = {"raw": (10, 30, 40, 5, 15), "norm": (50, 5, 5, 8, 32)}
    both = (dense, ticket)
    yield "overlap", new.overlap(("0", "1", "2"), "seed", shared)
    yield "stability", new.stability("seed", shared)
    yield "prunings", new.prunings(last)
    yield "sizes", new.sizes(models)
    yield "training-losses", new.training_losses(row["model"] for row in models)
    yield "sweep", new.sweep(ticket, {0.2: (0.004, 0.05), 0.4: (0.011, 0.12), 0.6: (0.09, 0.3)})
    yield (
        "slices",
        new.slices(
            [row for row in models if row["criterion"] == "magnitude" and row["seed"] == 0],
            {"length": ("1–4 words", "5–9 words", "10–14 words"), "topic": ("art", "war")},
        ),
    )
    yield "similarity-details", new.details(ticket, dense)
    yield "complexity", [row for each in both for row in new.complexity(each)]
    yield "word-similarity", new.word_similarity(ticket, dense)
    yield "attention-peaks", [row for each in both for row in new.attention_peaks(each)]
    blocks = {"encoder.self": 4, "encoder.mlp": 0}
    yield "importance", [row for each in both for row in new.importance(each, blocks, 2)]
    yield "importance-ranks", new.importance_ranks(dense)
    yield (
        "attention-patterns",
        [
            row
            for each in (dense, f"{dense}@0", ticket, "loaded")
            for row in new.attention_patterns(each, maps, 2, 2, text="acceptability")
        ],
    )
    yield "pattern-classifier", new.pattern_classifier(dense, "raw")


def _write(out: Path, name: str, rows: Any) -> None:
    import new_tables

    table = new_tables.TABLES[name]
    tables.write(out / "tables", table, table.frame(rows))
