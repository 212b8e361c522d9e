"""Rewinding the learning rate as a published program did it."""

from pathlib import Path

import small

from tombola import tables


def test_as_published_each_round_counts_its_last_epoch_in(tmp_path: Path) -> None:
    value = small.raw(small.cola_folder(tmp_path / "text"))
    del value["steps"]["layers"], value["steps"]["held"]
    training = value["steps"]["dense"]["training"]
    del training["steps"]
    training["epochs"] = 2  # of five batches
    value["steps"]["tickets"] |= {
        "criterion": "magnitude", "rewind": {"learning-rate-as-published": 0.5}
    }  # fmt: skip
    small.ran(value, tmp_path / "out")
    models = tables.read(tmp_path / "out" / "tables", "models").sort_values("round")
    # From step 5 of 10 to 15, then from 7, half of 15, to 17.
    assert models["steps"].tolist() == [10, 20, 30]
    assert models["rewind"].tolist()[1:] == ["learning-rate-as-published 0.5"] * 2
