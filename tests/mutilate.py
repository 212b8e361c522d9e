"""Files as they come out of accidents."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tombola.errors import UserError


@st.composite
def mutilated(draw: st.DrawFn, whole: bytes) -> bytes:
    """The file with bytes deleted, put in or flipped, and lines cut, repeated or swapped."""
    raw = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["bytes", "flip", "drop line", "repeat line", "cut", "swap"]))
        start = draw(st.integers(0, max(len(raw) - 1, 0)))
        lines = raw.split(b"\n")
        line = draw(st.integers(0, len(lines) - 1))
        match kind:
            case "bytes":
                signs = [
                    b"",
                    b"\t",
                    b"\n",
                    b"\r",
                    b"\xff",
                    b"\0",
                    b"-",
                    b".",
                    b"(",
                    b")",
                    b"0",
                    b" ",
                ]
                end = start + draw(st.integers(0, 5))
                raw[start:end] = draw(st.sampled_from(signs)) + draw(st.binary(max_size=2))
            case "flip" if raw:
                raw[start] ^= 1 << draw(st.integers(0, 7))
            case "drop line":
                del lines[line]
            case "repeat line":
                lines.insert(line, lines[line])
            case "cut":
                lines[line] = lines[line][: draw(st.integers(0, len(lines[line])))]
            case "swap":
                lines[line], lines[0] = lines[0], lines[line]
        if kind in ("drop line", "repeat line", "cut", "swap"):
            raw = bytearray(b"\n".join(lines))
    return bytes(raw)


def answer_or_one_line(
    read: Callable[[Path], Iterable[Any]], path: Path, content: bytes
) -> list[Any] | None:
    """What a reader reads, at least one thing; None where it said in one line what is wrong."""
    path.write_bytes(content)
    try:
        found = list(read(path))
    except UserError as problem:
        said = str(problem)
        assert str(path) in said
        assert len(said.splitlines()) == 1
        return None
    assert found
    return found
