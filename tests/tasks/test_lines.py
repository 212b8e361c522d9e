import gzip

import pytest

from tombola.errors import UserError
from tombola.text.lines import read_blocks, read_lines


def write(where, content, name="x.txt"):
    path = where / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_either_end_alone_is_no_part_of_a_line(tmp_path, end):
    raw = "é 1".encode() + end + end + b"two\x85 \xc2\xa0"[:3] + end + b"last"
    path = write(tmp_path, raw)
    assert list(read_lines(path)) == [(1, "é 1"), (2, ""), (3, "two"), (4, "last")]
    assert list(read_blocks(path)) == [[(1, "é 1")], [(3, "two"), (4, "last")]]


def test_only_line_ends_split_lines(tmp_path):
    path = write(tmp_path, "a\u2028b\x85c\x0cd\n".encode())
    assert list(read_lines(path)) == [(1, "a\u2028b\x85c\x0cd")]


def test_mixed_ends_are_refused_unless_allowed(tmp_path):
    path = write(tmp_path, b"a\r\nb\nc\r\n")
    lines = read_lines(path)
    assert next(lines) == (1, "a")
    with pytest.raises(UserError, match=r"x\.txt:2: ends in LF, the lines before it in CRLF"):
        next(lines)
    assert [line for _, line in read_lines(path, mixed_ends=True)] == ["a", "b", "c"]
    path = write(tmp_path, b"a\nb\r\n")
    with pytest.raises(UserError, match=r"x\.txt:2: ends in CRLF, the lines before it in LF"):
        list(read_lines(path))


def test_a_byte_order_mark_is_dropped_at_the_very_beginning_alone(tmp_path):
    mark = b"\xef\xbb\xbf"
    assert list(read_lines(write(tmp_path, mark + b"a\n"))) == [(1, "a")]
    with pytest.raises(UserError, match=r"x\.txt:2: a byte order mark within the file"):
        list(read_lines(write(tmp_path, b"a\n" + mark + b"b\n")))
    # Within a line it is a character like others.
    assert list(read_lines(write(tmp_path, b"a" + mark + b"\n"))) == [(1, "a\ufeff")]


def test_what_cannot_be_read_names_file_and_line(tmp_path):
    with pytest.raises(UserError, match=r"y\.txt: no such file"):
        list(read_lines(tmp_path / "y.txt"))
    with pytest.raises(UserError, match=r"x\.txt:2: not UTF-8 \(byte 0xe9\)"):
        list(read_lines(write(tmp_path, b"a\n\xe9\n")))
    with pytest.raises(UserError, match=r": cannot be read"):
        list(read_lines(tmp_path))
    whole = gzip.compress(b"".join(b"%d\n" % i for i in range(5000)))
    path = write(tmp_path, whole, "x.gz")
    assert len(list(read_lines(path))) == 5000
    path = write(tmp_path, whole[: len(whole) // 2], "x.gz")
    with pytest.raises(UserError, match=r"x\.gz:\d+: cannot be read"):
        list(read_lines(path))
