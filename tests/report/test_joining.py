"""Several studies side by side."""

import shutil
from pathlib import Path

import pytest
from test_report_numbers import DENSE, row, scored

from tombola import tables
from tombola.errors import UserError
from tombola.report import Tables, join, joined_tables
from tombola.report.answers import answers
from tombola.report.parts import scores


def study(score: float) -> Tables:
    return scored(row(**DENSE, score=0.843), row(score=score), margin=0.05)


def test_the_same_task_of_two_studies_stands_side_by_side() -> None:
    both = joined_tables({"small": study(0.84), "large": study(0.6)})
    found = [(each.experiment, each.matches) for each in answers(both)]
    assert found == [("t, study small", "48.8%"), ("t, study large", "not at 48.8%")]
    assert set(both.models["study"]) == {"small", "large"}
    assert len(set(both.models["model"])) == len(both.models)
    said = scores.say(both)
    assert "0.840" in said[0]
    assert "0.600" in said[1]


def test_a_column_of_another_form_is_named() -> None:
    other = study(0.6)
    frames = {**other, "scores": other.scores.assign(n="many")}
    with pytest.raises(UserError, match=r"table 'scores': column 'n' is text in one study"):
        joined_tables({"a": study(0.84), "b": Tables(frames)})
    with pytest.raises(UserError, match="1 studies to join"):
        joined_tables({"a": study(0.84)})


def test_joined_studies_are_a_folder_that_reports_read(tmp_path: Path) -> None:
    for name, score in (("a", 0.84), ("b", 0.6)):
        for table, frame in study(score).items():
            kinds = {c: (str(frame[c].dtype), "") for c in frame}
            tables.write(tmp_path / name / "tables", tables.Table(table, kinds), frame)
    folders = [tmp_path / "a", tmp_path / "b"]
    join(folders, tmp_path / "both")
    assert len(answers(Tables.read(tmp_path / "both"))) == 2
    with pytest.raises(UserError, match="a study of its own"):
        join(folders, tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "c")  # not one of them, but somebody's
    with pytest.raises(UserError, match="a study of its own"):
        join(folders, tmp_path / "c")
    (tmp_path / "both" / "tables" / "left-over.parquet").write_bytes(b"")
    join(folders, tmp_path / "both")
    assert "left-over" not in Tables.read(tmp_path / "both")
