"""The parts and figures of pruning in pre-training: they fit paper, and say what tables hold."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pretrain_tables as made
import pytest
import vl_convert

from tombola.report import PARTS, Tables
from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures import drawings
from tombola.report.style import DOUBLE_PT, SINGLE_PT

FIGURES = {
    "conditions": 1, "worth": 1, "movement": 4, "movement-course": 4, "movement-ranks": 4,
    "pruned-magnitude": 1, "head-shares": 1, "word-lengths": 1, "magnitude-map": 1,
}  # fmt: skip
"""How many charts each has in the study below."""
HOSTILE = '<b>"&\\\u202e…\U0001f600'


def study(word: str = "query") -> Tables:
    """A study with rows in every table of the step kinds that look at weights and tickets."""
    found = made.Pretrained()
    for i, task in enumerate(made.TASKS):
        found.add("scores", {"model": f"dense-{task}", "task": task, "metric": "accuracy",
                             "score": 0.85, "n": 200})  # fmt: skip
        for condition, cost in (("kept", 0.3), ("released", 0.2), ("after", 0.35), ("random", 0.5)):
            for cut in made.CUTS:
                found.add("scores", {
                    "model": f"{condition}-{task}-{cut}", "task": task, "metric": "accuracy",
                    "score": 0.85 - cost * cut**2, "n": 200,
                })  # fmt: skip
        place = {"step": "worth", "task": task, "metric": "accuracy", "loss": "loss"}
        for out in ("", *map(str, made.CUTS)):
            slope = -0.02 * (i + 1) + 0.001 * len(out)
            found.add("worth", {**place, "left_out": out, "slope": slope, "low": slope - 0.01,
                                "high": slope + 0.01, "per_bit": slope * 0.69, "intercept": 0.9,
                                "r2": 0.97, "n": 6})  # fmt: skip
        for cut in made.CUTS:
            x = 1.8 + 4 * cut**4
            found.add(
                "worth-points",
                {
                    **place,
                    "value": str(cut),
                    "model": f"kept-{task}-{cut}",
                    "x": x,
                    "y": 0.9 - 0.02 * (i + 1) * x,
                    "fitted": cut < 0.9,
                },
            )
        at = {"against": "pre-0", "binned": "start", "chance": 1 / 3}
        for model, size in ((f"dense-{task}@0.33", 0.02), (f"dense-{task}", 0.03)):
            found.add("movement", {**at, "model": model, "role": "all", "layer": -1, "n": 900,
                                   "mean": size, "sd": size})  # fmt: skip
            for layer in range(4):
                for j, (block, role) in enumerate((("self", word), ("self", "key"), ("mlp", "up"))):
                    found.add(
                        "movement",
                        {
                            **at,
                            "model": model,
                            "stack": "encoder",
                            "n": 90,
                            "layer": layer,
                            "block": block,
                            "role": role,
                            "mean": size + 0.002 * j - 0.001 * layer,
                            "sd": size,
                        },
                    )
        found.add("movement-ranks", *(
            {"against": "pre-0", "binned": "start", "model": f"dense-{task}", "bin": b,
             "bins": 20, "n": 45, "mean": 0.04 - 0.0015 * b, "share": 0.05} for b in range(20)
        ))  # fmt: skip
        for rule, answer in (("full-sd", "matches"), ("paired", "falls short")):
            found.add("matching", {"step": "match", "model": f"kept-{task}-0.5", "task": task,
                                   "criterion": "magnitude",
                                   "sparsity": 0.5, "rule": rule, "gap": -0.01, "allowed": 0.02,
                                   "answer": answer, "seeds": 3, "full_seeds": 3})  # fmt: skip
    for scope, wide in (("matrix", 0.01), ("global", 0.15)):
        for cut in made.CUTS:
            found.add(
                "pruned-magnitude",
                {
                    "model": "pre-0",
                    "text": "text",
                    "scope": scope,
                    "cut": cut,
                    "n": 900,
                    "share": cut**2.2,
                },
            )
            found.add("head-shares", {"model": "pre-0", "text": "text", "scope": scope, "cut": cut,
                                      "heads": 12, "mean": cut, "least": cut - wide,
                                      "most": min(1.0, cut + wide), "sd": wide / 2,
                                      "chance_sd": 0.002})  # fmt: skip
    for layer in range(3):
        found.add("head-bands", {"model": "pre-0", "text": "text", "stack": "encoder",
                                 "layer": layer, "block": "self", "role": "key", "between": 0.6,
                                 "chance": 0.05, "low": 0.02, "high": 0.1, "channels": 96,
                                 "heads": 6})  # fmt: skip
    found.add("magnitude-maps", *(
        {"model": "pre-0", "text": "text", "stack": "encoder", "layer": 0, "block": "self",
         "role": "key", "row": r, "head": h, "column": c,
         "value": 0.02 + 0.01 * (h % 3) + 0.001 * c}
        for r in range(8) for h in range(6) for c in range(4)
    ))  # fmt: skip
    for about, fixed in (("length", ""), ("length", "frequency")):
        found.add("word-magnitudes", {"model": "pre-0", "text": "text", "about": about,
                                      "fixed": fixed, "value": 0.3, "low": 0.2, "high": 0.4,
                                      "n": 300})  # fmt: skip
    found.add("word-lengths", *(
        {"model": "pre-0", "text": "text", "length": n, "n": 40, "mean": 0.03 + 0.001 * n,
         "sd": 0.004} for n in range(1, 12)
    ))  # fmt: skip
    return found.tables


@pytest.fixture(scope="module", params=["query", HOSTILE])
def read(request: pytest.FixtureRequest) -> Tables:
    return study(request.param)


def svg(spec: dict[str, Any]) -> ET.Element:
    text = vl_convert.vegalite_to_svg(printable(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    return ET.fromstring(text)


@pytest.mark.parametrize("name", list(FIGURES))
def test_figures_fit_paper_in_legible_type(read: Tables, name: str) -> None:
    found = list(drawings(name, read))
    assert len(found) == FIGURES[name]
    spec = found[0].picture.spec
    picture = svg(spec)
    width = float(picture.get("width", ""))
    single = len(spec.get("concat", [None])) == 1 and name != "magnitude-map"
    assert width <= (SINGLE_PT if single else DOUBLE_PT) + 0.5
    sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)px"', ET.tostring(picture).decode())]
    assert min(sizes) >= 7


def test_where_a_grid_was_tried_its_best_alone_is_shown() -> None:
    found = made.Pretrained()
    for model, score in (("dense-cola", 0.9), ("kept-cola-0.5", 0.25), ("best-cola", 0.75)):
        found.add("scores", {"model": model, "task": "cola", "metric": "accuracy", "score": score,
                             "n": 200})  # fmt: skip
    drawn = json.dumps(next(iter(drawings("conditions", found.tables))).picture.spec)
    assert "0.75" in drawn
    assert "0.25" not in drawn


@pytest.mark.parametrize(("table", "words"), [
    ("worth", ["95% interval", "with one point left out", "for each bit"]),
    ("movement", ["by chance 33.3%", "standard deviation over weights"]),
    ("pruned-magnitude", ["of all magnitude", "n = 900"]),
    ("head-shares", ["by lot 0.2%", "12 heads"]),
    ("head-bands", ["in random order 5.0%", "3 of 3 matrices"]),
    ("word-magnitudes", ["frequency held fixed", "n = 300"]),
    ("matching", ["within one standard deviation of the full model's runs 50.0%",
                  "by paired differences none", "3 runs of the ticket, 3 of the full model"]),
])  # fmt: skip
def test_parts_say_numbers_with_n_and_chance(table: str, words: list[str]) -> None:
    said = " ".join(PARTS[table].say(study()))
    for each in words:
        assert each in said
