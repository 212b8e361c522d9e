"""Building: the same tables give the same bytes, bad ones one clear line."""

import ast
import json
import re
import shutil
import struct
from pathlib import Path

import new_tables
import pandas as pd
import pytest
import synthetic

from tombola import tables
from tombola.errors import UserError
from tombola.report import FIGURES, Tables, reading, report
from tombola.report.page.packing import embedded
from tombola.report.page.render import page
from tombola.report.parts import part_of
from tombola.report.study import Study


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
    # No ticket here was trained on another task or held to another, and no heads were taken away.
    absent = {
        "importance-turns",
        "longer-training",
        "probe-layers",
        "pairs",
        "subnetworks",
        "survival",
        "survival-all-tasks",
        "transfer",
    }
    # Nor was anything pruned in pre-training: test_pretrain_figures has a study for these.
    absent |= {name for name, each in FIGURES.items() if each.table in OF_PRETRAINING}
    absent |= {"conditions", "between-studies"}
    drawn = {max((n for n in FIGURES if f"{stem}-".startswith(f"{n}-")), key=len) for stem in stems}
    assert drawn == set(FIGURES) - absent
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
    names = [
        "report.html",
        "tables/scores.tex",
        *(f"tables/{name}.csv" for name in tables.names(clean / "tables")),
    ]
    for name in names:
        assert (again / name).read_bytes() == (clean / name).read_bytes(), name
    assert not (again / "figures" / "stale.png").exists()
    assert {p.name for p in again.iterdir()} == {"study.json", "tables", "figures", "report.html"}


OF_PRETRAINING = {
    "worth", "worth-points", "movement", "movement-ranks", "pruned-magnitude", "head-shares",
    "head-bands", "magnitude-maps", "word-magnitudes", "word-lengths",
}  # fmt: skip
NOT_HERE = {"prunings", "pruned-parts", "survival", "between-studies", *OF_PRETRAINING}
"""Tables that the small studies of these tests have no rows of."""


@pytest.mark.parametrize("which", ["clean", "hostile"])
@pytest.mark.parametrize("name", [name for name in new_tables.TABLES if name not in NOT_HERE])
def test_csv_equals_parquet(which: str, name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which) / "tables"
    kinds = tables.read(folder, name).dtypes.astype(str).to_dict()
    texts = {column: str for column, dtype in kinds.items() if dtype == "string"}
    csv = pd.read_csv(
        folder / f"{name}.csv", dtype=texts, keep_default_na=False,
        na_values={column: [""] for column, dtype in kinds.items() if dtype == "float64"},
    )  # fmt: skip
    pd.testing.assert_frame_equal(csv.astype(kinds), tables.read(folder, name), check_exact=True)


def test_a_report_shows_the_tables_there_are(clean: Path, tmp_path: Path) -> None:
    out = copied(clean, tmp_path / "out")
    for name in ("scores", "sparsity", "similarity", "differences", "prunings"):
        (out / "tables" / f"{name}.parquet").unlink()
    text = report(out).read_text(encoding="utf-8")
    assert part_of("probes").title in text
    assert part_of("scores").title not in text
    assert not (out / "tables" / "scores.tex").exists()


def test_damaged_tables_are_one_line_and_nothing_is_written(clean: Path, tmp_path: Path) -> None:
    out = copied(clean, tmp_path / "out")
    path = out / "tables" / "scores.parquet"
    whole = path.read_bytes()
    frame = tables.read(clean / "tables", "scores")

    def refused(message: str) -> None:
        with pytest.raises(UserError, match=message) as problem:
            report(out)
        assert "\n" not in str(problem.value)
        assert not (out / "report.html").exists()
        assert not (out / "figures").exists()

    path.write_bytes(whole[: len(whole) // 2])
    refused(r"scores\.parquet: no readable table")
    frame.assign(score="high").to_parquet(path)
    refused(r"scores\.parquet: a column of another type: score is no number")
    frame.drop(columns="n").to_parquet(path)
    refused("not the table 'scores': no column n")
    frame.assign(model="stranger").to_parquet(path)
    refused("the table 'models' has no model 'stranger'")
    path.write_bytes(whole)
    tables.read(clean / "tables", "models").drop(columns="root").to_parquet(
        out / "tables" / "models.parquet"
    )
    refused(r"models\.parquet: not the table 'models': no column root")
    for table in (out / "tables").iterdir():
        table.unlink()
    refused("no tables here")
    with pytest.raises(UserError, match="no such folder"):
        report(tmp_path / "nowhere")


def test_who_wrote_a_table_of_another_form_is_said(clean: Path, tmp_path: Path) -> None:
    out = copied(clean, tmp_path / "newer")
    told = json.loads((out / "study.json").read_text())
    told["versions"]["tombola"] = "9.0.0"
    (out / "study.json").write_text(json.dumps(told))
    path = out / "tables" / "scores.parquet"
    tables.read(out / "tables", "scores").drop(columns="n").to_parquet(path)
    with pytest.raises(UserError, match=r"no column n; tombola 9\.0\.0 wrote it, this is \d"):
        report(out)


def test_empty_tables_are_named_in_their_sections(clean: Path) -> None:
    read = Tables.read(clean)
    empty = {name: read[name].iloc[:0] for name in ("similarity", "probes")}
    text = page(Study(), Tables({**read, **empty}), [])
    assert "No similarity to the dense model was measured: the table &#39;similarity&#39;" in text
    assert "No probe was run: the table &#39;probes&#39; has no rows" in text
    assert "No model was scored" not in text
    nothing = page(Study(), Tables({name: frame.iloc[:0] for name, frame in read.items()}), [])
    assert "No model was scored: the table &#39;scores&#39; has no rows" in nothing


def test_an_experiment_without_probes_is_named(tmp_path: Path) -> None:
    read = Tables.read(synthetic.write_study(tmp_path, synthetic.SMALL))
    probes = read.probes[read.probes["model"].str.contains("translation")]
    text = page(Study(), Tables({**read, "probes": probes}), [])
    assert "No probe was run for acceptability." in text


def test_a_table_that_no_part_knows_is_shown_as_it_is(clean: Path) -> None:
    text = (clean / "report.html").read_text(encoding="utf-8")
    section = text.split('<section id="weather">')[1].split("</section>")[0]
    assert "<h2>Weather</h2>" in section
    assert "<dt><code>rain</code></dt><dd>in mm</dd>" in section
    assert "<td>&lt;b&gt;Monday&lt;/b&gt;</td><td>1.5</td>" in section
    assert "1 row." in section


def test_an_unfinished_study_says_so_at_the_top(clean: Path) -> None:
    read = Tables.read(clean)
    text = page(Study(stages=80, done=43), read, [])
    assert "43 of 80 stages are done" in text.split("<main>")[0]
    assert "stages are done" not in page(Study(stages=80, done=80), read, [])
    assert "stages are done" not in page(Study(), read, [])


def test_an_old_folder_still_reports_the_same_numbers(tmp_path: Path) -> None:
    experiments = (synthetic.TRANSLATION, synthetic.ACCEPTABILITY)
    old = synthetic.write_old_study(tmp_path / "old", experiments)
    new = synthetic.write_study(tmp_path / "new", experiments)
    assert "models" not in Tables.read(old)
    text = report(old).read_text(encoding="utf-8")
    assert len(list((old / "figures").glob("*.png"))) == 24
    for part in map(part_of, Tables.read(old)):
        said, again = part.say(Tables.read(old)), part.say(Tables.read(new))
        # An old folder does not say how long its models were trained.
        again = [re.sub(r" These tickets were trained longer .* alone\.", "", s) for s in again]
        assert said == again
        assert part.title in text


def test_study_json_may_be_partial_or_absent_but_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    assert Study.read(path) == Study()
    path.write_text(json.dumps({"title": "t", "failures": [{"what": "w"}], "seeds": None}))
    assert Study.read(path) == Study(title="t", failures=(("w", "no reason was recorded"),))
    for broken, message in (("{", "no readable JSON"), ("[]", "not an object"),
                            ('{"versions": 3}', "not what a study writes"),
                            ('{"effort": {"a": {}}}', "not what a study writes")):  # fmt: skip
        path.write_text(broken)
        with pytest.raises(UserError, match=message):
            Study.read(path)


def test_the_report_reads_tables_and_knows_no_other_room() -> None:
    allowed = {
        "durations",
        "rooms",
        "results",
        "errors",
        "extras",
        "files",
        "registry",
        "statistics",
        "tables",
        "report",
        "version",
    }
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
