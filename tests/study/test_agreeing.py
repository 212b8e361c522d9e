"""Tables of two devices."""

from pathlib import Path

import pandas as pd
import pytest

from tombola.errors import UserError
from tombola.study import disagreements

ROWS = {"model": ["a", "b"], "score": [0.5, float("nan")], "n": [3, 4], "good": [True, False],
        "mask": ["x", "y"], "signature": ["device:cpu", "device:cpu"]}  # fmt: skip


def folder(root: Path, name: str, **changes: list[object]) -> Path:
    (root / name / "tables").mkdir(parents=True)
    pd.DataFrame({**ROWS, **changes}).to_parquet(root / name / "tables" / "scores.parquet")
    return root / name


def test_rounding_names_of_devices_and_hashes_of_every_bit_are_no_disagreement(tmp_path: Path):
    one = folder(tmp_path, "one")
    other = folder(tmp_path, "other", score=[0.5008, float("nan")], mask=["z", "y"],
                   signature=["device:X", "device:X"])  # fmt: skip
    assert disagreements(one, other) == []
    assert disagreements(one, other, near=1e-5) == [
        "scores.score: 1 of 2 numbers, the first 0.5 and 0.5008"
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n": [3, 5]}, "scores.n: 1 of 2 rows, the first 4 and 5"),
        ({"model": ["a", "c"]}, "scores.model: 1 of 2 rows, the first b and c"),
        ({"good": [True, True]}, "scores.good: 1 of 2 rows, the first False and True"),
        ({"score": [0.5, 0.5]}, "scores.score: 1 of 2 numbers, the first nan and 0.5"),
        ({"more": [1, 2]}, "scores: (2, 6) and (2, 7) rows and columns, or other columns"),
    ],
)
def test_everything_else_is(tmp_path: Path, changes: dict[str, list[object]], said: str):
    assert disagreements(folder(tmp_path, "one"), folder(tmp_path, "two", **changes)) == [said]


def test_a_table_of_one_alone_is_named_and_a_folder_without_any_is_refused(tmp_path: Path):
    one, other = folder(tmp_path, "one"), folder(tmp_path, "other")
    (one / "tables" / "scores.parquet").rename(one / "tables" / "peaks.parquet")
    assert disagreements(one, other) == [
        "peaks: in one of them alone",
        "scores: in one of them alone",
    ]
    with pytest.raises(UserError, match="no tables of a study there"):
        disagreements(one, tmp_path / "nowhere")
