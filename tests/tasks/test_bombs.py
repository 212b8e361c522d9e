"""Files that are made to fill memory, and packed ones that are damaged."""

import gzip
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tombola.cli import main
from tombola.errors import UserError
from tombola.text import FORMATS, lines, opening, read_plain
from tombola.text.lines import read_lines
from tombola.text.tables import read_table


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


def damaged(content: bytes) -> dict[str, bytes]:
    """A gzip file, damaged in each of the ways that zlib and gzip have errors of their own for."""
    whole = gzip.compress(content, mtime=0)
    middle = len(whole) // 2
    return {
        "bits": whole[:middle] + bytes([whole[middle] ^ 0xFF]) * 40 + whole[middle + 40 :],
        "block": whole[:10] + b"\x07" + whole[11:],  # a kind of block that there is not
        "checksum": whole[:-8] + bytes(4) + whole[-4:],
        "length": whole[:-4] + bytes(4),
        "cut": whole[:middle],
        "head alone": whole[:6],
        "a second member": whole + whole[:10] + b"\xff" * 30,
    }


ROWS = b"text,label\n" + b"".join(b"line %d,%d\n" % (n * 7919, n % 2) for n in range(3000))
READERS: dict[str, Callable[[Path], Iterable[Any]]] = {
    "lines": read_lines,
    "conllu": FORMATS["conllu"].read,
    "a table": lambda path: read_table(path).read(),
    "plain": read_plain,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("how", damaged(b""))
def test_a_damaged_gzip_file_is_one_line(tmp_path: Path, reader: str, how: str):
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(damaged(ROWS)[how])
    with pytest.raises(UserError, match=r"rows\.csv\.gz") as caught:
        list(READERS[reader](path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_command_line_ends_in_that_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(damaged(ROWS)["bits"])
    monkeypatch.setattr(sys, "argv", ["tombola", "data", "show", str(path)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.startswith("tombola: ")
    assert said.count("\n") == 1
    assert "rows.csv.gz" in said
