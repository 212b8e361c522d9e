from pathlib import Path
from typing import Any

import pytest

from tombola.study.substeps import recorded, substeps


def loop(folder: Path, stop: int | None = None) -> list[int]:
    """Doubles until a hundred is passed; may be struck down in a turn. Returns the turns done."""
    done: list[int] = []

    def turn(number: int, before: list[dict[str, Any]], own: Path) -> dict[str, Any] | None:
        value = before[-1]["value"] if before else 1
        if value > 100:
            return None
        (own / "file").write_text(str(value))
        if number == stop:
            raise KeyboardInterrupt
        done.append(number)
        return {"value": 2 * int((own / "file").read_text())}

    for _ in substeps(folder, turn):
        pass
    return done


def test_a_loop_stops_by_itself_and_every_turn_is_recorded(tmp_path: Path):
    assert loop(tmp_path) == list(range(7))
    assert [record["value"] for record in recorded(tmp_path)] == [2, 4, 8, 16, 32, 64, 128]
    assert loop(tmp_path) == []


@pytest.mark.parametrize("stop", range(7))
def test_struck_down_in_any_turn_it_goes_on_from_there(tmp_path: Path, stop: int):
    with pytest.raises(KeyboardInterrupt):
        loop(tmp_path, stop)
    assert loop(tmp_path) == list(range(stop, 7))
    assert [record["value"] for record in recorded(tmp_path)] == [2, 4, 8, 16, 32, 64, 128]
