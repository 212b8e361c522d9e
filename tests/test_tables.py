"""Tables: checked rows, equal bytes, and any Parquet back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from tombola import tables
from tombola.errors import UserError
from tombola.tables import Table

THINGS = Table(
    "things",
    {
        "name": ("string", "what it is called"),
        "seed": ("Int64", "seed of the run; nothing where folded"),
        "n": ("int64", "how many"),
        "value": ("float64", "how much"),
        "kept": ("bool", "whether it stayed"),
    },
    open_axes=True,
)
ROW = {"name": "a", "seed": 1, "n": 2, "value": 0.5, "kept": True}


def test_rows_come_back_with_their_types_and_axes(tmp_path: Path):
    rows = [
        ROW,
        {**ROW, "seed": None, "n": np.int64(3), "amount": "0.5"},
        {**ROW, "value": float("nan"), "kept": np.bool_(False), "depth": "2"},
    ]
    frame = THINGS.frame(rows)
    assert list(frame) == [*THINGS.columns, "amount", "depth"]
    assert frame["amount"].tolist() == ["", "0.5", ""]
    tables.write(tmp_path, THINGS, frame)
    back = tables.read(tmp_path, "things")
    pd.testing.assert_frame_equal(back, frame)
    assert back["seed"].isna().tolist() == [False, True, False]


def test_equal_tables_are_equal_bytes_that_say_what_they_hold(tmp_path: Path):
    for folder in ("one", "two"):
        tables.write(tmp_path / folder, THINGS, THINGS.frame([{**ROW, "amount": "1"}]))
    one, two = ((tmp_path / f / "things.parquet").read_bytes() for f in ("one", "two"))
    assert one == two
    said = tables.about(tmp_path / "one", "things")
    assert said["n"] == "how many"
    assert said["amount"] == tables.AXIS
    schema = parquet.read_schema(tmp_path / "one" / "things.parquet")
    assert schema.metadata[b"table"] == b"things"
    assert tables.names(tmp_path / "one") == ["things"]


def test_no_rows_make_a_table_with_all_columns(tmp_path: Path):
    tables.write(tmp_path, THINGS, THINGS.frame([]))
    pd.testing.assert_frame_equal(tables.read(tmp_path, "things"), THINGS.frame([]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 2.0}, "things.n is int64, not float"),
        ({"n": True}, "things.n is int64, not bool"),
        ({"value": None}, "things.value is float64, not NoneType"),
        ({"name": None}, "things.name is string, not NoneType"),
        ({"amount": 0.5}, "things.amount is string, not float"),
        ({"kept": 1}, "things.kept is bool, not int"),
    ],
)
def test_values_of_another_type_are_refused(change: dict[str, object], message: str):
    with pytest.raises(TypeError, match=message):
        THINGS.frame([{**ROW, **change}])


def test_columns_that_lack_or_are_too_many_are_refused():
    closed = Table("things", THINGS.columns)
    with pytest.raises(KeyError, match="amount"):
        closed.frame([{**ROW, "amount": "1"}])
    with pytest.raises(KeyError, match="kept"):
        THINGS.frame([{name: ROW[name] for name in ROW if name != "kept"}])


def test_a_table_declares_known_types_under_a_plain_name():
    with pytest.raises(ValueError, match="no name of a table"):
        Table("../things", {})
    with pytest.raises(ValueError, match="no type object"):
        Table("things", {"x": ("object", "anything")})


def test_any_parquet_is_read_and_what_is_none_is_one_line(tmp_path: Path):
    foreign = pa.table({"word": ["a", None], "count": [1, None], "whole": [2**60 + 1, 2]})
    parquet.write_table(foreign, tmp_path / "foreign.parquet")
    frame = tables.read(tmp_path, "foreign")
    assert frame.dtypes.astype(str).to_dict() == {
        "word": "string", "count": "Int64", "whole": "int64",
    }  # fmt: skip
    assert frame["whole"].tolist() == [2**60 + 1, 2]
    assert tables.about(tmp_path, "foreign") == {"word": "", "count": "", "whole": ""}
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 is\nnot enough")
    no_text = pa.StringArray.from_buffers(1, *map(pa.py_buffer, (b"\0\0\0\0\1\0\0\0", b"\x86")))
    parquet.write_table(pa.table({"word": no_text}), tmp_path / "no-text.parquet")
    for name in ("broken", "absent", "no-text"):
        with pytest.raises(UserError, match=f"{name}.parquet: no readable table") as problem:
            tables.read(tmp_path, name)
        assert "\n" not in str(problem.value)
