"""What a report says and draws of attention patterns."""

from pathlib import Path

import pytest
import vl_convert
from new_tables import attention_patterns, pattern_classifier
from trained import model, written

from tombola.errors import UserError
from tombola.report import Tables
from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures import drawings
from tombola.report.parts import PARTS
from tombola.report.style import DOUBLE_PT

SHARES = {"raw": (10, 30, 40, 5, 15), "norm": (50, 5, 5, 8, 32)}


def studied(folder: Path) -> Tables:
    """Two tasks: where training began, dense, and tickets; a model that was only loaded."""
    ticket = {"criterion": "magnitude", "rewind": "weights 0", "step": "tickets"}
    models, rows = [], []
    for task, text in (("cola", "CoLA"), ("mrpc", "MRPC")):
        for seed in (1, 2):
            name = f"dense-{task}-s{seed}"
            last = f"tickets-{task}-s{seed}"
            models.append(model(name, seed, task=task))
            for one, number, sparsity in ((f"{last}-r1", 1, 0.2), (last, 2, 0.5)):
                place = {"task": task, "root": name, "sparsity": sparsity, "round": number}
                models.append(model(one, seed, **ticket, **place))
            for each in (f"{name}@0", name, f"{last}-r1", last):
                counts = SHARES if seed == 1 else {"raw": (10, 30, 20, 5, 35)}
                rows += attention_patterns(each, counts, 2, 2, text=text)
    rows += attention_patterns("loaded", SHARES, 2, 2)
    told = pattern_classifier("loaded", "raw") + pattern_classifier(models[0]["model"], "raw")
    return written(folder, models=models, attention_patterns=rows, pattern_classifier=told)


def test_sentences_say_the_shares_and_of_how_much(tmp_path: Path) -> None:
    said = PARTS["attention-patterns"].say(studied(tmp_path))
    assert [line.partition(":")[0] for line in said[:-1]] == [
        "CoLA, dense, before training", "CoLA, dense", "CoLA, magnitude, 50.0%", "CoLA, loaded",
        "MRPC, dense, before training", "MRPC, dense", "MRPC, magnitude, 50.0%",
    ]  # fmt: skip
    # over two seeds; vertical+diagonal is .4 of the one's and .2 of the other's
    assert "attention weights: 30.0% vertical, 30.0% vertical+diagonal, 25.0% het" in said[1]
    assert "weighted by norms: 50.0% diagonal, 32.0% heterogeneous" in said[1]
    assert said[1].endswith("n = 800 maps of 4 heads, 2 models.")
    assert said[3].endswith("n = 400 maps of 4 heads, 1 model.")
    assert "how often it agrees with a person is not known" in said[-1]
    (told,) = PARTS["pattern-classifier"].say(studied(tmp_path))
    assert "trained on 2,500 that are made up: mean F1 0.900 (95% interval 0.880 to 0.920" in told
    assert "by chance 0.200) on 1,000 maps held out, diagonal 0.90" in told


def test_the_figure_stacks_to_all_maps_and_fits(tmp_path: Path) -> None:
    (drawing,) = drawings("patterns", studied(tmp_path))
    spec = drawing.picture.spec
    panels = list(spec["datasets"].values())
    assert [len(panel) for panel in panels] == [7 * 5, 7, 7 * 5, 7]
    assert [row["said"] for row in panels[1]] == ["800"] * 3 + ["400"] + ["800"] * 3
    panels = panels[::2]
    for panel in panels:
        for name in {row["bar"] for row in panel}:
            own = [row for row in panel if row["bar"] == name]
            assert own[0]["start"] == 0
            assert own[-1]["stop"] == pytest.approx(100)
            assert sum(row["share"] for row in own) == pytest.approx(1)
    text = vl_convert.vegalite_to_svg(printable(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    assert float(text.split('width="', 1)[1].split('"', 1)[0]) <= DOUBLE_PT + 0.5
    assert text.count('aria-roledescription="bar"') == 2 * 7 * 5


def test_heads_without_maps_take_no_part(tmp_path: Path) -> None:
    rows = attention_patterns("a", {"norm": (0, 0, 0, 0, 0)}, 2, 1, n=1) + attention_patterns(
        "a", {"norm": (4, 0, 0, 0, 4)}, 1, 1, n=8, layer=1
    )
    for row in rows[:10]:
        row |= {"n": 0, "share": float("nan")}
    read = written(tmp_path, models=[model("a", 1)], attention_patterns=rows)
    said = PARTS["attention-patterns"].say(read)[0]
    assert "50.0% diagonal, 50.0% heterogeneous" in said
    assert "n = 8 maps of 3 heads" in said


def test_a_stage_that_is_missing_is_refused(tmp_path: Path) -> None:
    rows = attention_patterns("dense-s1-0123456789ab", SHARES, 1, 1)
    read = written(tmp_path, models=[model("a", 1)], attention_patterns=rows)
    with pytest.raises(UserError, match="'models' has no model 'dense-s1-0123456789ab'"):
        read.joined("attention-patterns")
