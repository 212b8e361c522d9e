"""What a report says and draws of importance."""

from pathlib import Path

import pytest
import vl_convert
from new_tables import importance as parts
from new_tables import importance_ranks
from trained import model, written

from tombola.report.exports import VEGA_LITE, printable
from tombola.report.figures import drawings
from tombola.report.parts import PARTS
from tombola.report.style import DOUBLE_PT, SINGLE_PT

BERT = {"encoder.self": 12, "encoder.mlp": 0}
MARIAN = {
    "encoder.self": 8, "encoder.mlp": 0, "decoder.self": 8, "decoder.cross": 8, "decoder.mlp": 0,
}  # fmt: skip


def test_sentences_say_how_flat_it_is_and_over_what(tmp_path: Path) -> None:
    ticket = {"round": 1, "criterion": "magnitude", "rewind": "weights 0", "sparsity": 0.5}
    models = [model("a", 1), model("b", 2), model("t", 1, step="tickets", root="a", **ticket)]
    rows = parts("a", BERT, 12) + parts("b", BERT, 12)
    rows += parts("t", BERT, 12, normed=1.0)
    said = PARTS["importance"].say(written(tmp_path, models=models, importance=rows))
    dense, pruned = said
    # A third of 12 heads is not below a third: 1/12, 2/12 and 3/12 are.
    assert "25.0% of 144 heads below a third of the maximum (25.0% to 25.0% over 2 models)" in dense
    assert "25.0% of 12 MLPs below" in dense
    assert "gate (example) on CoLA, dense" in dense
    assert "n = 1,043 examples read" in dense
    assert "50.0% sparsity: 0.0% of 144 heads" in pruned


def test_batches_are_called_batches_and_weights_read_nothing(tmp_path: Path) -> None:
    rows = parts("a", BERT, 2, per="as_published", n=17)
    rows += parts("a", BERT, 2, score="magnitude", per="", n=0)
    said = PARTS["importance"].say(written(tmp_path, models=[model("a", 1)], importance=rows))
    assert said[0].endswith("n = 17 batches read.")
    assert "magnitude, dense" in said[1]
    assert "read" not in said[1]


def test_ranks_are_said_with_their_number_of_parts(tmp_path: Path) -> None:
    rows = importance_ranks("a", spearman=0.2, kendall=0.1)
    rows += importance_ranks("b", spearman=0.4, kendall=0.2)
    models = [model("a", 1), model("b", 2)]
    (said,) = PARTS["importance-ranks"].say(written(tmp_path, models=models, importance_ranks=rows))
    assert "the ranks of 144 heads, mean over 2 models" in said
    assert "gate and magnitude 0.30 (0.20 to 0.40) (Kendall's τ 0.15)" in said


@pytest.mark.parametrize(("blocks", "layers"), [(BERT, 12), (MARIAN, 6), ({"encoder.mlp": 0}, 1)])
@pytest.mark.parametrize("tickets", [False, True])
def test_the_figure_has_a_cell_for_each_part_and_fits(
    tmp_path: Path, blocks: dict[str, int], layers: int, tickets: bool
) -> None:
    models, rows = [model("a", 1)], parts("a", blocks, layers)
    if tickets:
        more = {"round": 2, "criterion": "magnitude", "rewind": "weights 0", "sparsity": 0.5}
        models.append(model("t", 1, step="tickets", root="a", **more))
        rows += parts("t", blocks, layers)
    read = written(tmp_path, models=models, importance=rows)
    (drawing,) = drawings("importance", read)
    spec = drawing.picture.spec
    n = sum(len(rows) for rows in spec["datasets"].values())
    assert n == len(rows)
    text = vl_convert.vegalite_to_svg(printable(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    width = float(text.split('width="', 1)[1].split('"', 1)[0])
    assert width <= (DOUBLE_PT if len(spec["concat"]) > 1 else SINGLE_PT) + 0.5
    assert text.count('aria-roledescription="rect mark"') == len(rows)
