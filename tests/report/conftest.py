"""Studies built once for all tests of the report."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import new_tables
import probe_tables
import pytest
import synthetic

from tombola import tables
from tombola.report import report

LOST = {0.2: (0.004, 0.05), 0.4: (0.011, 0.12), 0.6: (0.09, 0.3)}
PROBED = tuple((task, "linear") for task in ("pos", "ner", "chunk", "ps-role"))
STUDY = replace(
    synthetic.ACCEPTABILITY, tickets=(("magnitude", "weights"), ("random", "weights")),
    as_long=True, paired=True, margin=0.02,
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, where there is one."""
    chromium = os.environ.get("TOMBOLA_CHROMIUM") or shutil.which("chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright installed")
    if chromium is None:
        pytest.skip("no chromium: set TOMBOLA_CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with every table there is, and one that no part knows."""
    out = synthetic.write_study(tmp_path_factory.mktemp("clean"), (STUDY,))
    models = tables.read(out / "tables", "models").to_dict("records")
    last = [row for row in models if row["round"] == 3 and row["criterion"] == "magnitude"]
    more = {
        "overlap": new_tables.overlap(("0", "1", "2"), "seed", {
            "task": "acceptability", "criterion": "magnitude", "round": "3",
        }),
        "stability": new_tables.stability("seed", {
            "task": "acceptability", "criterion": "magnitude", "round": "3",
        }),
        "prunings": new_tables.prunings(last),
        "sizes": new_tables.sizes(models),
        "training-losses": new_tables.training_losses(row["model"] for row in models),
        "sweep": new_tables.sweep(last[0]["model"], LOST),
        "slices": new_tables.slices(
            [row for row in models if row["criterion"] == "magnitude" and row["seed"] == 0],
            {"length": ("1–4 words", "5–9 words", "10–14 words"), "topic": ("art", "war")},
        ),
        "similarity-details": new_tables.details(last[0]["model"], last[0]["root"]),
        "complexity": [
            row
            for model in (last[0]["root"], last[0]["model"])
            for row in new_tables.complexity(model)
        ],
        "word-similarity": new_tables.word_similarity(last[0]["model"], last[0]["root"]),
        "attention-peaks": [
            row
            for model in (last[0]["root"], last[0]["model"])
            for row in new_tables.attention_peaks(model)
        ],
        "importance": [
            row
            for model in (last[0]["root"], last[0]["model"])
            for row in new_tables.importance(model, {"encoder.self": 4, "encoder.mlp": 0}, 2)
        ],
        "importance-ranks": new_tables.importance_ranks(last[0]["root"]),
        "attention-patterns": [
            row
            for model in (last[0]["root"], last[0]["root"] + "@0", last[0]["model"], "loaded")
            for row in new_tables.attention_patterns(
                model, {"raw": (10, 30, 40, 5, 15), "norm": (50, 5, 5, 8, 32)}, 2, 2,
                text="acceptability",
            )
        ],
        "pattern-classifier": new_tables.pattern_classifier(last[0]["root"], "raw"),
        "probe-trends": [
            row | {"model": last[0]["model"]}
            for row in probe_tables.trends(dict.fromkeys(PROBED, (-0.02, -0.03, -0.01)))
        ],
        "probe-differences": [
            probe_tables.differences("pos", "linear", last[0]["model"], last[0]["root"])
        ],
    }  # fmt: skip
    for name, rows in more.items():
        table = new_tables.TABLES[name]
        tables.write(out / "tables", table, table.frame(rows))
    steps = tables.Table("weather", {"day": ("string", "which day"), "rain": ("float64", "in mm")})
    tables.write(out / "tables", steps, steps.frame([{"day": "<b>Monday</b>", "rain": 1.5}]))
    report(out)
    return out


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose every text tries to get out of where it stands."""
    experiment = replace(
        synthetic.hostile(synthetic.ACCEPTABILITY), rounds=2, paired=True, margin=0.02
    )
    study = synthetic.hostile_study()
    out = synthetic.write_study(tmp_path_factory.mktemp("hostile"), (experiment,), study)
    bad = synthetic.HOSTILE
    shared = {"task": bad[0], "x": bad[1]}
    models = tables.read(out / "tables", "models")
    model = models["model"].iloc[0]
    maps = dict.fromkeys(bad[:2], (1, 2, 3, 4, 0))
    strange_maps = {"text": bad[0], "stack": bad[2], "pattern": bad[3]}
    texts = {"text": bad[0], "score": bad[1], "per": bad[2], "stack": bad[3]}
    more = {
        "sizes": new_tables.sizes(models.to_dict("records")),
        "training-losses": new_tables.training_losses(models["model"]),
        "sweep": new_tables.sweep(
            model,
            LOST,
            step=bad[0],
            task=bad[1],
            method=bad[0],
            unit=bad[3],
            max_loss=bad[2],
            metric=bad[1],
        ),
        "overlap": new_tables.overlap((bad[0], bad[1], bad[2]), bad[3], shared),
        "stability": [r | {"tests": bad[2]} for r in new_tables.stability(bad[3], shared)],
        "importance": new_tables.importance(
            model, {"encoder.self": 2, "encoder.mlp": 0}, 2, **texts
        ),
        "similarity-details": new_tables.details(
            model, model, measure=bad[0], text=bad[1], stack=bad[2]
        ),
        "word-similarity": new_tables.word_similarity(
            model, model, measure=bad[0], text=bad[1], stack=bad[2], words=bad[3]
        ),
        "attention-peaks": new_tables.attention_peaks(
            model, text=bad[0], stack=bad[1], rows=bad[2]
        ),
        "complexity": new_tables.complexity(model, text=bad[0], stack=bad[1], note=bad[2]),
        "slices": new_tables.slices(
            tables.read(out / "tables", "models").to_dict("records")[1:2],
            {bad[0]: bad[:3]},
            against=bad[1],
            metric=bad[2],
        ),
        "importance-ranks": new_tables.importance_ranks(
            model, text=bad[0], a=bad[1], b=bad[2], parts=bad[3]
        ),
        "attention-patterns": new_tables.attention_patterns(
            model, maps, heads=1, layers=1, n=10, **strange_maps
        ),
        "pattern-classifier": new_tables.pattern_classifier(model, bad[0], maps=bad[1]),
        "probe-trends": [
            row
            | {
                "model": model,
                "asked": row["asked"] + bad[0],
                "by": bad[1],
                "group": bad[2],
                "stack": bad[3],
            }
            for row in probe_tables.trends(dict.fromkeys(PROBED, (-0.02, -0.03, -0.01)))
        ],
        "probe-differences": [probe_tables.differences("pos", "linear", model, model, over=bad[0])],
    }
    for name, each in more.items():
        table = new_tables.TABLES[name]
        tables.write(out / "tables", table, table.frame(each))
    strange = tables.Table("strange", {bad[0]: ("string", bad[1])})
    tables.write(out / "tables", strange, strange.frame([{bad[0]: bad[2]}]))
    report(out)
    return out
