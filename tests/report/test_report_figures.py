"""Every figure, drawn by vl-convert: it fits paper, is legible, and shows what the tables hold."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import new_tables
import pandas as pd
import probe_tables
import pytest
import synthetic
import vl_convert

from tombola.errors import UserError
from tombola.report import FIGURES, Tables, figure
from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures import drawings
from tombola.report.figures.encodings import domain
from tombola.report.figures.panels import telling
from tombola.report.style import DOUBLE_PT, SINGLE_PT, shades, ticket_key
from tombola.report.tickets import TicketKind

SHAPES = {
    "two stacks": synthetic.TRANSLATION,
    "one seed, one round, one layer": replace(
        synthetic.ACCEPTABILITY, seeds=1, rounds=1, layers=1, tickets=(("magnitude", "weights"),)
    ),
    "deep": replace(
        synthetic.BIG, layers=24, rounds=10, seeds=1, probes=("pos",), stacks=("encoder",),
        tickets=(("magnitude", "weights"), ("random", "weights")),
    ),
    "many kinds": replace(
        synthetic.ACCEPTABILITY, rounds=2, seeds=3,
        tickets=tuple((c, r) for c in ("magnitude", "sensitivity", "bad", "random")
                      for r in ("weights", "learning-rate")),
    ),
    "hostile": replace(synthetic.hostile(synthetic.ACCEPTABILITY), rounds=2),
}  # fmt: skip


@pytest.fixture(scope="module", params=list(SHAPES))
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    out = tmp_path_factory.mktemp("shape")
    return Tables.read(synthetic.write_study(out, (SHAPES[request.param],)))


def svg(spec: dict[str, Any]) -> ET.Element:
    text = vl_convert.vegalite_to_svg(printable(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    return ET.fromstring(text)


def drawn(name: str, read: Tables) -> dict[str, Any]:
    """The one chart that these tables give."""
    (drawing,) = drawings(name, read)
    return drawing.picture.spec


def marks(picture: ET.Element, name: str) -> list[ET.Element]:
    """The elements of the marks of one type, axes and legends excepted."""
    groups = [g for g in picture.iter() if f"mark-{name} role-mark" in g.get("class", "")]
    return [element for group in groups for element in group]


@pytest.mark.parametrize("name", list(FIGURES))
def test_fits_a_column_of_paper_in_legible_type(study: Tables, name: str) -> None:
    spec = next(drawings(name, study), None)
    if spec is None:
        pytest.skip("nothing to show in this study")
    spec = spec.picture.spec
    picture = svg(spec)
    width = float(picture.get("width", ""))
    assert width <= DOUBLE_PT + 0.5
    if len(spec.get("concat", [None])) == 1:
        assert width <= SINGLE_PT + 0.5
    sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)px"', ET.tostring(picture).decode())]
    assert sizes
    assert min(sizes) >= 7
    assert any(marks(picture, kind) for kind in ("line", "rect", "symbol"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    out = tmp_path_factory.mktemp("small")
    return Tables.read(synthetic.write_study(out, (synthetic.ACCEPTABILITY,)))


def test_score_draws_every_finite_seed_and_no_other(tmp_path: Path) -> None:
    experiment = replace(synthetic.BIG, layers=1, rounds=2, seeds=3)
    read = Tables.read(synthetic.write_study(tmp_path, (experiment,)))
    finite = read.scores["score"].notna().sum()
    assert finite == len(read.scores) - 1
    assert len(marks(svg(drawn("score", read)), "symbol")) == finite


def test_ticks_are_called_what_was_measured_and_no_mark_is_cut(small: Tables) -> None:
    spec = drawn("score", small)
    picture = svg(spec)
    labels = [text.text for g in picture.iter() if "role-axis-label" in g.get("class", "")
              for text in g.iter() if text.tag.endswith("text")]  # fmt: skip
    assert labels[:4] == ["0", "20", "36", "48.8"]
    dots = marks(picture, "symbol")
    across = [float(re.match(r"translate\(([\d.]+)", d.get("transform", ""))[1]) for d in dots]
    assert min(across) > 3
    assert max(across) < spec["width"] - 3 if "width" in spec else True


def test_panels_by_lot_are_left_out_though_few_draws_scatter() -> None:
    cells = pd.DataFrame({
        "kind": ["magnitude"] * 2 + ["random"] * 2, "criterion": ["magnitude"] * 2 + ["random"] * 2,
        "stack": "encoder", "round": 1, "n": 16_512, "share": [0.79, 0.805] * 2,
    })  # fmt: skip
    left, said = telling(cells, "share")
    assert set(left["kind"]) == {"magnitude"}
    assert said == "Alike everywhere, not drawn: random"
    assert len(telling(cells.assign(n=10**7), "share")[0]) == 4


def test_a_kind_that_lacks_the_last_round_leaves_the_colours_as_they_are(small: Tables) -> None:
    rows = small.sparsity
    behind = small.models[(small.models["round"] == 3) & (small.models["rewind"] == "weights")]
    without = Tables({**small, "sparsity": rows[~rows["model"].isin(behind["model"])]})
    ends = svg(drawn("where", without))
    assert not [e for e in ends.iter() if "NaN" in "".join(e.attrib.values())]


def test_heat_maps_have_a_cell_per_matrix_of_the_last_round(small: Tables) -> None:
    sparsity = small.joined("sparsity")
    last = sparsity[sparsity["round"] == 3]
    last = last[last["criterion"] != "random"]  # all alike, which is said
    matrices = last[["criterion", "rewind", "layer", "block", "role"]].drop_duplicates()
    assert "Alike everywhere, not drawn: random" in str(drawn("where", small)["title"])
    assert len(marks(svg(drawn("where", small)), "rect")) == len(matrices)
    assert len(marks(svg(drawn("matrix", small)), "rect")) == 3 * 3 * 3


def test_a_chosen_round_is_drawn(small: Tables) -> None:
    spec = drawn("where", small)
    (parameter,) = spec["params"]
    assert (parameter["value"], parameter["bind"]["min"], parameter["bind"]["max"]) == (3, 1, 3)
    parameter["value"] = 1
    text = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    assert "Round 1: 20.0% sparsity" in text
    assert "Round 3" not in text


def with_probes(read: Tables, probes: pd.DataFrame, **more: pd.DataFrame) -> Tables:
    return Tables({**read, "probes": probes, **more})


def test_no_difference_is_exactly_white_and_scale_is_symmetric(small: Tables) -> None:
    probes, seen = small.probes.copy(), small.joined("probes")
    dense = seen[seen["criterion"] == "dense"].set_index(["seed", "layer"])["value"]
    same = seen["round"] == 1
    keys = list(zip(seen.loc[same, "seed"], seen.loc[same, "layer"], strict=True))
    probes.loc[same, "value"] = [dense[key] for key in keys]
    spec = drawn("difference", with_probes(small, probes))
    cells = marks(svg(spec), "rect")
    labels = [cell.get("aria-label", "") for cell in cells]
    zero = [cell for cell, label in zip(cells, labels, strict=True) if "sparsity: 20.0%" in label]
    assert len(zero) == 3 * 3
    assert {cell.get("fill") for cell in zero} == {"rgb(255, 255, 255)"}
    scale = spec["concat"][0]["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == [-edge for edge in reversed(scale["domain"])]


def test_dots_of_the_difference_map_come_from_paired_differences_alone(small: Tables) -> None:
    probes, seen = small.probes.copy(), small.joined("probes")
    chosen = (seen["round"] == 2) & (seen["layer"] == 1) & (seen["criterion"] == "random")
    probes.loc[chosen, ["value", "low", "high"]] -= 0.2
    assert marks(svg(drawn("difference", with_probes(small, probes))), "symbol") == []
    model = probes.loc[chosen, "model"].iloc[0]
    root = small.models.set_index("model").loc[model, "root"]
    row = probe_tables.differences("pos", "linear", model, root, difference=-0.2, verdict="below")
    frame = new_tables.TABLES["probe-differences"].frame
    rows = frame([row, row | {"layer": 0, "verdict": "undecided"}, row | {"against": model}])
    paired = with_probes(small, probes, **{"probe-differences": rows})
    assert len(marks(svg(drawn("difference", paired)), "symbol")) == 1


@pytest.mark.parametrize("name", list(FIGURES))
def test_empty_tables_give_no_figure(name: str) -> None:
    empty = Tables({table: new_tables.TABLES[table].frame([]) for table in new_tables.TABLES})
    assert FIGURES[name].draw(empty) is None
    assert list(drawings(name, empty)) == []
    assert figure(name, empty) is None
    none = Tables({"weather": pd.DataFrame({"rain": [1.0]})})
    assert list(drawings(name, none)) == []
    assert figure(name, none) is None


def test_a_study_without_tickets_shows_its_dense_model(small: Tables) -> None:
    dense = small.where(criterion="dense")
    assert marks(svg(drawn("score", dense)), "symbol")
    assert len(marks(svg(drawn("probe", dense)), "line")) == 1
    assert [figure(name, dense) for name in ("where", "blocks", "layers", "difference")] == [
        None
    ] * 4


def test_dense_trained_as_long_stands_at_the_sparsity_of_its_tickets(tmp_path: Path) -> None:
    experiment = replace(synthetic.ACCEPTABILITY, as_long=True, seeds=1)
    read = Tables.read(synthetic.write_study(tmp_path, (experiment,)))
    (drawing,) = drawings("score", read)
    rows = [row for rows in drawing.picture.rows.values() for row in rows]
    beside = [row for row in rows if row.get("criterion") == "none" and "sparsity" in row]
    assert [row["percent"] for row in beside] == pytest.approx([20, 36, 48.8])
    assert [row["sparsity"] for row in beside] == [0, 0, 0]
    assert "dense, trained as long" in "".join(svg(drawing.picture.spec).itertext())
    # Nothing was pruned, so nothing is where it was pruned.
    assert "trained as long" not in str(drawn("where", read))
    keys = ticket_key(
        [TicketKind("m", "m", "magnitude", "weights"), TicketKind("n", "n", "none", "weights")]
    )
    assert len({(color, dash) for _, color, dash in keys} | {("#000000", (1.0, 0.0))}) == 3


def test_lines_are_told_apart_where_there_are_more_than_colours() -> None:
    criteria = ["magnitude", "fisher", "movement", "second-order", "snip", "wanda", "random"]
    found = [
        TicketKind(f"{criterion}, {step}", f"{criterion}, {step}", criterion, "none")
        for criterion in criteria
        for step in ("drawn", "retrained")
    ]
    keys = ticket_key(found)
    assert len({(color, dash) for _, color, dash in keys}) == len(found)
    assert len({color for _, color, _ in keys}) == len(criteria)  # one for each criterion


def test_paired_differences_stand_in_a_panel_for_each_other_model(tmp_path: Path) -> None:
    experiment = replace(synthetic.ACCEPTABILITY, as_long=True, paired=True, margin=0.02)
    read = Tables.read(synthetic.write_study(tmp_path, (experiment,)))
    picture = svg(drawn("paired", read))
    text = "".join(picture.itertext())
    for other in ("dense", "random masks", "dense, trained as long"):
        assert f"difference from {other}" in text
    assert len(marks(picture, "symbol")) == len(read.differences)
    hollow = [mark for mark in marks(picture, "symbol") if mark.get("fill") == "white"]
    clear = (read.differences["low"] > 0) | (read.differences["high"] < 0)
    assert len(hollow) == (~clear).sum()


def test_overlap_stands_beside_its_expectation() -> None:
    rows = new_tables.overlap(("1", "2", "10"), "seed", {"criterion": "magnitude"})
    read = Tables({"overlap": new_tables.TABLES["overlap"].frame(rows)})
    picture = svg(drawn("overlap", read))
    text = ET.tostring(picture).decode()
    assert len(marks(picture, "rect")) == 2 * 3 * 2
    assert [text.count(f">{value}<") for value in ("0.82", "0.54", "0.36")] == [4, 2, 6]


def test_agreement_stands_beside_shuffles() -> None:
    rows = new_tables.stability("seed", {"criterion": "magnitude", "round": "1"})
    rows += [
        row | {"round": "2", "smallest": 30, "largest": 40, "value": row["value"] / 2}
        for row in rows
    ]
    read = Tables({"stability": new_tables.TABLES["stability"].frame(rows)})
    picture = svg(drawn("stability", read))
    assert len(marks(picture, "symbol")) == 2 * 2
    text = "".join(picture.itertext())
    for words in ("36.5%", "75.7%", "Fleiss' kappa", "survive in all masks (%)", "5 masks"):
        assert words in text


def transferred(read: Tables) -> Tables:
    """Tickets of either of two tasks, trained on both; on the other task 0.1 is lost."""
    dense = read.models[read.models["criterion"] == ""]
    scored = read.scores[read.scores["model"].isin(dense["model"])].merge(
        dense[["model", "seed"]], on="model"
    )
    models, scores = [dense.assign(source_task="")], [scored.drop(columns="seed")]
    for source in ("translation", "acceptability"):
        moved = {m: f"{m} from {source}" for m in dense["model"]}
        models.append(dense.assign(
            model=dense["model"].map(moved), step="moved", round=1, criterion="magnitude",
            rewind="start", sparsity=0.5, source_task=source,
        ))  # fmt: skip
        away = [task != source for task in scored["task"]]
        lost = [
            amiss * {"bleu": 10.0, "matthews": 0.1}[metric]
            for amiss, metric in zip(away, scored["metric"], strict=True)
        ]
        scores.append(scored.assign(
            model=scored["model"].map(moved), score=scored["score"] - lost
        ).drop(columns="seed"))  # fmt: skip
    frames = {"models": pd.concat(models), "scores": pd.concat(scores)}
    texts = {"source_task": "string", "model": "string", "step": "string"}
    frames["models"] = frames["models"].astype({**texts, "criterion": "string", "rewind": "string"})
    frames["scores"] = frames["scores"].astype({"model": "string"})
    return Tables({name: frame.reset_index(drop=True) for name, frame in frames.items()})


def test_the_transfer_matrix_has_a_cell_per_task_and_source(tmp_path: Path) -> None:
    read = transferred(Tables.read(synthetic.write_study(tmp_path, synthetic.SMALL)))
    (drawing,) = drawings("transfer", read)
    cells = [row for rows in drawing.picture.rows.values() for row in rows]
    assert {(c["task"], c["source_task"], c["gain"]) for c in cells} == {
        ("translation", "translation", 0.0), ("translation", "acceptability", -0.1),
        ("acceptability", "acceptability", 0.0), ("acceptability", "translation", -0.1),
    }  # fmt: skip
    picture = svg(drawing.picture.spec)
    assert len(marks(picture, "rect")) == 4
    assert float(picture.get("width", "")) <= SINGLE_PT + 0.5
    # In the scores of a task, each source is a line of its own.
    assert "magnitude from translation" in str(next(drawings("score", read)).picture.spec)


def test_weights_outside_the_stacks_have_a_panel(small: Tables) -> None:
    outside = small.sparsity[small.sparsity["role"] == "query"].assign(
        stack="", layer=-1, block="", role="word"
    )
    spec = drawn("where", Tables({**small, "sparsity": outside}))
    text = "".join(svg(spec).itertext())
    assert "outside the stacks" in text
    assert "word" in text


def test_a_notebook_must_choose_where_several_charts_fit(tmp_path: Path) -> None:
    read = Tables.read(synthetic.write_study(tmp_path, synthetic.SMALL))
    with pytest.raises(UserError, match=r"2 charts fit.*experiment='acceptability'"):
        figure("score", read)
    chart = figure("score", read, experiment="acceptability")
    assert isinstance(chart, alt.LayerChart)
    (drawing,) = drawings("score", read.where(experiment="acceptability"))
    assert chart.to_dict() == drawing.picture.spec
    with pytest.raises(UserError, match="unknown figure 'pie'; allowed: between-studies, blocks"):
        figure("pie", read)


def test_far_references_do_not_press_values_flat() -> None:
    assert domain([0.90, 0.95], [0.14])[0] > 0.89
    assert domain([0.90, 0.95], [0.85])[0] < 0.85
    low, high = domain([0.5], [])
    assert low < 0.5 < high


def test_shades_go_from_dark_to_light() -> None:
    def light(color: str) -> float:
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    levels = [light(color) for color in shades(10)]
    assert levels == sorted(levels)
    assert len(set(shades(10))) == 10
