"""Files that are made to fill memory."""

import gzip
from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.text import lines, opening
from tombola.text.lines import read_lines


def test_a_gzip_bomb_is_left_before_it_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(opening, "MOST_UNPACKED", 2**16)
    bomb = tmp_path / "bomb.txt.gz"
    bomb.write_bytes(gzip.compress(b"a word\n" * 2**17))
    numbers: list[int] = []
    with pytest.raises(UserError, match=r"bomb.txt.gz: unpacks to more than 200 times its size"):
        numbers.extend(number for number, _ in read_lines(bomb))
    assert 0 < len(numbers) < 2**17
    monkeypatch.undo()
    assert sum(1 for _ in read_lines(bomb)) == 2**17  # small as it is, it may


def test_text_that_repeats_itself_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening, "MOST_UNPACKED", 2**10)
    words = [f"sentence {n} has words of its own, {n * 7919 % 1000}\n" for n in range(5000)]
    file = tmp_path / "text.gz"
    file.write_bytes(gzip.compress("".join(words).encode()))
    assert sum(1 for _ in read_lines(file)) == 5000


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
):
    monkeypatch.setattr(lines, "LONGEST", 2**20)
    content = b"fine\n" + b"x" * (2**20 + 1) + b"\n"
    file = tmp_path / "long.txt"
    file.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(UserError, match=r"long.txt:2: a line of over 1 MB"):
        list(read_lines(file))
