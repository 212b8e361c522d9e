"""Where weights go: the published module sparsities, grouped as the paper groups them."""

import pandas as pd
import pytest
from module_tables import Shares, made, tables_of
from module_tables import published as read_published

from tombola.report.figures.base import drawings
from tombola.report.modules import places, share

PUBLISHED = {
    ("encoder", "mlp"): "671 658 666 668 681 716", ("decoder", "mlp"): "637 667 700 727 746 778",
    ("encoder", "self"): "762 719 689 695 708 729", ("decoder", "cross"): "526 522 519 512 505 497",
    ("decoder", "self"): "722 685 687 707 697 725",
}  # fmt: skip
"""LTH5's thousandths by layer, as the authors' own notebook printed them."""


@pytest.fixture(scope="module")
def published() -> Shares:
    return read_published()


def test_groups_are_the_papers_own(published: Shares) -> None:
    rows = places(tables_of(published, (1,)))
    assert rows.groupby("model")["n"].sum().unique().tolist() == [176_160_768 + 135_168]
    last = rows[rows["model"] == "LTH5-1"]
    shares = share(last, ["stack", "block", "layer"]).set_index(["stack", "block"])
    for module, expected in PUBLISHED.items():
        each = shares.loc[[module]].sort_values("layer")["share"]
        assert [round(1000 * value) for value in each] == list(map(int, expected.split()))
    roles = share(last[last["block"] != "mlp"], ["role"]).set_index("role")["share"]
    expected = {"query": 0.572, "key": 0.578, "value": 0.708, "output": 0.721}
    assert roles.round(3).to_dict() == expected
    sets = share(rows, ["model", "set"]).query("set == 'biases'")["share"]
    assert sets.round(3).tolist() == [0.275, 0.395, 0.489, 0.532, 0.571]


def test_figures_have_a_panel_for_each_module_and_a_line_for_each_layer_or_role() -> None:
    read = tables_of({"a": made(), "b": made()}, (1, 2))
    for name, lines in (("modules", 3), ("roles", 6)):
        (drawing,) = drawings(name, read)
        assert len(drawing.picture.spec["concat"]) == 5
        rows = pd.concat([pd.DataFrame(rows) for rows in drawing.picture.rows.values()])
        assert rows["line"].nunique() == lines
