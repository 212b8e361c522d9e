"""Every figure, drawn by vl-convert: it fits paper, is legible, and shows what the tables hold."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import pytest
import synthetic
import vl_convert

from tombola import tables
from tombola.errors import UserError
from tombola.report import FIGURES, Tables, figure
from tombola.report.exports import VEGA_LITE
from tombola.report.figures import drawings
from tombola.report.figures.encodings import domain
from tombola.report.style import DOUBLE_PT, SINGLE_PT, shades

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
    return Tables.read(synthetic.write_study(out, (SHAPES[request.param],)) / "tables")


def svg(spec: dict[str, Any]) -> ET.Element:
    text = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
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
    spec = next(drawings(name, study)).picture.spec
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
    return Tables.read(synthetic.write_study(out, (synthetic.ACCEPTABILITY,)) / "tables")


def test_score_draws_every_finite_seed_and_no_other(tmp_path: Path) -> None:
    experiment = replace(synthetic.BIG, layers=1, rounds=2, seeds=3)
    read = Tables.read(synthetic.write_study(tmp_path, (experiment,)) / "tables")
    finite = read.scores["score"].notna().sum()
    assert finite == len(read.scores) - 1
    assert len(marks(svg(drawn("score", read)), "symbol")) == finite


def test_heat_maps_have_a_cell_per_matrix_of_the_last_round(small: Tables) -> None:
    last = small.sparsity[small.sparsity["round"] == 3]
    matrices = last[["criterion", "rewinding", "layer", "block", "role"]].drop_duplicates()
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


def test_no_difference_is_exactly_white_and_scale_is_symmetric(small: Tables) -> None:
    probes = small.probes.copy()
    dense = probes[probes["criterion"] == "dense"].set_index(["seed", "layer"])["value"]
    same = probes["round"] == 1
    keys = list(zip(probes.loc[same, "seed"], probes.loc[same, "layer"], strict=True))
    probes.loc[same, "value"] = [dense[key] for key in keys]
    spec = drawn("difference", Tables(small.scores, small.sparsity, small.similarity, probes))
    cells = marks(svg(spec), "rect")
    labels = [cell.get("aria-label", "") for cell in cells]
    zero = [cell for cell, label in zip(cells, labels, strict=True) if "sparsity: 20.0%" in label]
    assert len(zero) == 3 * 3
    assert {cell.get("fill") for cell in zero} == {"rgb(255, 255, 255)"}
    scale = spec["concat"][0]["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == [-edge for edge in reversed(scale["domain"])]


def test_dots_of_the_difference_map_mark_intervals_that_do_not_touch(small: Tables) -> None:
    probes = small.probes.copy()
    chosen = (probes["round"] == 2) & (probes["layer"] == 1) & (probes["criterion"] == "random")
    probes.loc[chosen, ["value", "low", "high"]] -= 0.2
    spec = drawn("difference", Tables(small.scores, small.sparsity, small.similarity, probes))
    assert len(marks(svg(spec), "symbol")) == 1


@pytest.mark.parametrize("name", list(FIGURES))
def test_empty_tables_give_no_figure(name: str) -> None:
    empty = Tables(**{table: tables.table(table, []) for table in tables.TABLES})
    assert FIGURES[name].draw(empty) is None
    assert list(drawings(name, empty)) == []
    assert figure(name, empty) is None


def test_a_study_without_tickets_shows_its_dense_model(small: Tables) -> None:
    dense = small.where(criterion="dense")
    assert marks(svg(drawn("score", dense)), "symbol")
    assert len(marks(svg(drawn("probe", dense)), "line")) == 1
    assert [figure(name, dense) for name in ("where", "blocks", "layers", "difference")] == [
        None
    ] * 4


def test_weights_outside_the_stacks_have_a_panel(small: Tables) -> None:
    outside = small.sparsity[small.sparsity["role"] == "query"].assign(
        stack="", layer=-1, block="", role="word"
    )
    spec = drawn("where", Tables(small.scores, outside, small.similarity, small.probes))
    text = "".join(svg(spec).itertext())
    assert "outside the stacks" in text
    assert "word" in text


def test_a_notebook_must_choose_where_several_charts_fit(tmp_path: Path) -> None:
    read = Tables.read(synthetic.write_study(tmp_path, synthetic.SMALL) / "tables")
    with pytest.raises(UserError, match=r"2 charts fit.*experiment='acceptability'"):
        figure("score", read)
    chart = figure("score", read, experiment="acceptability")
    assert isinstance(chart, alt.LayerChart)
    (drawing,) = drawings("score", read.where(experiment="acceptability"))
    assert chart.to_dict() == drawing.picture.spec
    with pytest.raises(UserError, match="unknown figure 'pie'; allowed: blocks"):
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
