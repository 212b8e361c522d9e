"""Building: the same tables give the same bytes, bad ones one clear line."""

import ast
import json
import shutil
import struct
from pathlib import Path

import pandas as pd
import pytest
import synthetic

from tombola import tables
from tombola.errors import UserError
from tombola.report import FIGURES, Tables, reading, report
from tombola.report.html import embedded, page
from tombola.report.reading import Study


def copied(out: Path, to: Path) -> Path:
    """The tables and study.json of a study, without its report."""
    to.mkdir()
    shutil.copy(out / "study.json", to)
    (to / "tables").mkdir()
    for path in (out / "tables").glob("*.parquet"):
        shutil.copy(path, to / "tables")
    return to


def test_everything_is_there(clean: Path) -> None:
    assert {path.name for path in clean.iterdir()} == {
        "study.json", "tables", "figures", "report.html",
    }  # fmt: skip
    stems = {path.stem for path in (clean / "figures").iterdir()}
    assert {stem.split("-")[0] for stem in stems} == set(FIGURES)
    for stem in stems:
        assert (clean / "figures" / f"{stem}.pdf").read_bytes().startswith(b"%PDF-")
        png = (clean / "figures" / f"{stem}.png").read_bytes()
        (width,) = struct.unpack(">I", png[16:20])
        assert 600 < width <= 6.91 * 300
        (per_metre,) = struct.unpack(">I", png.split(b"pHYs")[1][:4])
        assert per_metre * 0.0254 == pytest.approx(300, abs=1)
    assert (clean / "report.html").stat().st_size <= 5e6


def test_same_tables_same_bytes_and_stale_figures_go(clean: Path, tmp_path: Path) -> None:
    again = copied(clean, tmp_path / "again")
    (again / "figures").mkdir()
    (again / "figures" / "stale.png").write_bytes(b"")
    assert report(again) == again / "report.html"
    names = ["report.html", "tables/scores.tex", *(f"tables/{name}.csv" for name in tables.TABLES)]
    for name in names:
        assert (again / name).read_bytes() == (clean / name).read_bytes(), name
    assert not (again / "figures" / "stale.png").exists()
    assert {p.name for p in again.iterdir()} == {"study.json", "tables", "figures", "report.html"}


@pytest.mark.parametrize("which", ["clean", "hostile"])
@pytest.mark.parametrize("name", list(tables.TABLES))
def test_csv_equals_parquet(which: str, name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which) / "tables"
    kinds = {column: dtype for column, (dtype, _) in tables.TABLES[name].items()}
    texts = {column: str for column, dtype in kinds.items() if dtype == "string"}
    csv = pd.read_csv(
        folder / f"{name}.csv", dtype=texts, keep_default_na=False,
        na_values={column: [""] for column, dtype in kinds.items() if dtype == "float64"},
    )  # fmt: skip
    pd.testing.assert_frame_equal(csv.astype(kinds), tables.read(folder, name), check_exact=True)


@pytest.mark.parametrize("name", list(tables.TABLES))
def test_a_missing_table_is_one_line_and_nothing_is_written(
    clean: Path, tmp_path: Path, name: str
) -> None:
    out = copied(clean, tmp_path / "out")
    (out / "tables" / f"{name}.parquet").unlink()
    with pytest.raises(UserError, match=f"{name}.parquet: no readable table") as problem:
        report(out)
    assert "\n" not in str(problem.value)
    assert not (out / "report.html").exists()
    assert not (out / "figures").exists()


def test_damaged_tables_are_one_line(clean: Path, tmp_path: Path) -> None:
    out = copied(clean, tmp_path / "out")
    path = out / "tables" / "scores.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"scores\.parquet: no readable table"):
        report(out)
    frame = tables.read(clean / "tables", "scores")
    frame.assign(score="high").to_parquet(path)
    with pytest.raises(UserError, match=r"scores\.parquet: a column of another type") as problem:
        report(out)
    assert "\n" not in str(problem.value)
    frame.drop(columns="n").to_parquet(path)
    with pytest.raises(UserError, match="no column n"):
        report(out)
    with pytest.raises(UserError, match="no such folder"):
        report(tmp_path / "nowhere")


def test_empty_tables_are_named_in_their_sections(clean: Path) -> None:
    read = Tables.read(clean / "tables")
    empty = {name: tables.table(name, []) for name in ("similarity", "probes")}
    text = page(Study(), Tables(read.scores, read.sparsity, **empty), [])
    assert "No similarity to the dense model was measured: the table &#39;similarity&#39;" in text
    assert "No probe was run: the table &#39;probes&#39; has no rows" in text
    assert "No model was scored" not in text
    nothing = page(Study(), Tables(**{name: tables.table(name, []) for name in tables.TABLES}), [])
    assert "No model was scored: the table &#39;scores&#39; has no rows" in nothing


def test_an_experiment_without_probes_is_named(tmp_path: Path) -> None:
    out = synthetic.write_study(tmp_path, synthetic.SMALL)
    read = Tables.read(out / "tables")
    probes = read.probes[read.probes["experiment"] == "translation"]
    text = page(Study(), Tables(read.scores, read.sparsity, read.similarity, probes), [])
    assert "No probe was run for acceptability." in text


def test_study_json_may_be_partial_or_absent_but_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    assert Study.read(path) == Study()
    path.write_text(json.dumps({"title": "t", "failures": [{"what": "w"}], "seeds": None}))
    assert Study.read(path) == Study(title="t", failures=(("w", "no reason was recorded"),))
    for broken, message in (("{", "no readable JSON"), ("[]", "not an object"),
                            ('{"versions": 3}', "not what a study writes")):  # fmt: skip
        path.write_text(broken)
        with pytest.raises(UserError, match=message):
            Study.read(path)


def test_the_report_reads_tables_and_knows_no_other_room() -> None:
    allowed = {"errors", "files", "registry", "tables", "report"}
    for path in Path(reading.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for root, room in (f"{name}.".split(".")[:2] for name in names):
                assert root not in ("torch", "transformers"), path
                assert root != "tombola" or room in allowed, path


def test_embedded_json_cannot_leave_its_element() -> None:
    value = {"a": "</script><!--<script>\u2028&", "b": [1.5, None]}
    text = embedded(value)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == value
    with pytest.raises(ValueError, match="JSON"):
        embedded(float("nan"))
