"""Paired differences between studies."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import synthetic
from test_chains import by_name, chains
from test_report_numbers import DENSE, row, scored

import tombola
from tombola import tables
from tombola.report import Tables, figure, joined_tables, report
from tombola.report.between import between
from tombola.report.build import _charts
from tombola.report.figures import drawings
from tombola.report.page.render import page
from tombola.report.parts import between_studies
from tombola.report.study import Study
from tombola.statistics import paired_difference


def test_one_model_is_not_held_to_itself_and_reasons_are_said_once() -> None:
    rows = between({"a": chains("magnitude"), "b": chains("magnitude")}, by_name)
    assert list(rows["reason"]) == ["one and the same model in both"]
    both = Tables({"between-studies": rows})
    assert between_studies.say(both) == [
        "t: no difference between b and a: one and the same model in both."
    ]
    assert not list(drawings("between-studies", both))


def test_whatever_studies_are_called_stays_text() -> None:
    bad = synthetic.HOSTILE
    rows = between({bad[0]: chains("magnitude"), bad[1]: chains("magnitude", shift=0.01)}, by_name)
    tables = Tables({"between-studies": rows.assign(task=bad[2], chain=bad[3])})
    text = page(Study(), tables, list(_charts(tables)))
    body = text.split("<main>")[1].split("</main>")[0]
    assert "Between the studies" in body
    assert not any(each in body for each in bad[:3] if "<" in each)


ANSWERS = {"a": [1, 1, 0, 1, 0, 0, 1, 1], "b": [1, 0, 0, 0, 0, 1, 1, 0]}
RIGHT = [1, 1, 0, 1, 1, 0, 1, 0] * 20


def folder(
    root: Path, name: str, right: list[int] = RIGHT, digest: str = "same", whole: str = ""
) -> Path:
    """A study of a dense model and one ticket, with their answers."""
    made = scored(row(**DENSE, score=0.84), row(score=0.8))
    place = {model: f"{name}-{model}" for model in made.models["model"]}
    for table, frame in made.items():
        named = {c: frame[c].map(place).astype("string") for c in ("model", "root") if c in frame}
        frame = frame.assign(**named)
        kinds = {str(c): (str(frame[c].dtype), "") for c in frame}
        tables.write(root / name / "tables", tables.Table(table, kinds), frame)
    for model in place.values():
        stage = root / name / "stages" / model
        stage.mkdir(parents=True)
        frame = pd.DataFrame({"answer": ANSWERS[name] * 20, "reference": right})
        frame.to_parquet(stage / "answers.parquet", index=False)
        (stage / "score.json").write_text(json.dumps({"examples": digest}))
        facts = {"task": {"digest": whole or name}}
        (stage / "stage.json").write_text(json.dumps({"facts": facts}))
    return root / name


def test_differences_are_those_of_the_answers(tmp_path: Path) -> None:
    both = tombola.join_tables(folder(tmp_path, "a"), folder(tmp_path, "b"))
    rows = both["between-studies"]
    right = [np.array(ANSWERS[name] * 20) == np.array(RIGHT) for name in "ba"]
    # a share: the mean of what is right
    counts = [np.stack([r, np.ones_like(r)], axis=1).astype(float) for r in right]
    by_hand = paired_difference([counts[0]], [counts[1]], lambda s: s[..., 0] / s[..., 1])
    assert list(rows["chain"]) == ["dense", "magnitude"]
    for _, each in rows.iterrows():
        assert each["difference"] == pytest.approx(right[0].mean() - right[1].mean())
        found = (each["low"], each["high"], each["n"], each["seeds"])
        assert found == pytest.approx((by_hand.low, by_hand.high, 160, 1))
        assert each["verdict"] == "below"
    (said,) = between_studies.say(both)
    assert said.split("\n") == [
        "b less a on t, accuracy: up to 1 pair of runs, n = 160 examples; in parentheses the "
        "difference at the highest sparsity with its 95% interval over examples.",
        "dense: below (−0.250, −0.355 to −0.145)",
        "magnitude: below at 48.8% (at 48.8%: −0.250, −0.355 to −0.145)",
    ]
    (table,) = between_studies.papers(both)
    assert table.rows[1][:4] == ("magnitude", "48.8%", "48.8%", "−0.250")
    assert figure("between-studies", both) is not None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"digest": "other"}, "scored on other examples"),
        ({"right": [1 - each for each in RIGHT]}, "scored on other examples"),
        ({"digest": ""}, "scored on examples that are not known to be the same"),
    ],
)
def test_other_examples_are_told_and_give_no_difference(
    tmp_path: Path, changed: dict[str, object], reason: str
) -> None:
    both = tombola.join_tables(folder(tmp_path, "a"), folder(tmp_path, "b", **changed))
    assert between_studies.say(both) == [f"t: no difference between b and a: {reason}."]
    assert both["between-studies"]["difference"].isna().all()


def test_equal_tasks_have_equal_examples_and_answers_may_be_gone(tmp_path: Path) -> None:
    a, b = folder(tmp_path, "a", whole="task"), folder(tmp_path, "b", whole="task", digest="")
    assert tombola.join_tables(a, b)["between-studies"]["reason"].eq("").all()
    for path in b.glob("stages/*/answers.parquet"):
        path.write_bytes(b"PAR1 cut short")
    (said,) = between_studies.say(tombola.join_tables(a, b))
    assert said.endswith("what each example was answered cannot be read.")


def test_the_report_of_several_tells_what_differs(tmp_path: Path) -> None:
    a, b = folder(tmp_path, "a"), folder(tmp_path, "b")
    page = tombola.build_report(a, b, out=tmp_path / "both").read_text(encoding="utf-8")
    assert "Between the studies" in page
    assert "paired differences tell them apart" in page
    again = Tables.read(tmp_path / "both")["between-studies"]
    assert math.isclose(again["difference"][0], -0.25)
    assert (tmp_path / "both" / "tables" / "between-studies.csv").exists()
    assert (tmp_path / "both" / "tables" / "between-studies.tex").exists()
    assert report(tmp_path / "both") == tmp_path / "both" / "report.html"


def test_tables_alone_have_no_differences_between_them() -> None:
    assert "between-studies" not in joined_tables({"a": chains(), "b": chains(shift=0.01)})
