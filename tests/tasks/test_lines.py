import gzip
from pathlib import Path

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
    with pytest.raises(UserError, match=r": a folder, expected a file"):
        list(read_lines(tmp_path))
    whole = gzip.compress(b"".join(b"%d\n" % i for i in range(5000)))
    path = write(tmp_path, whole, "x.gz")
    assert len(list(read_lines(path))) == 5000
    # What is packed is told by the bytes, whatever the name ends in.
    assert len(list(read_lines(write(tmp_path, whole, "x.txt")))) == 5000
    assert list(read_lines(write(tmp_path, b"a\n", "y.gz"))) == [(1, "a")]
    path = write(tmp_path, whole[: len(whole) // 2], "x.gz")
    with pytest.raises(UserError, match=r"x\.gz:\d+: cannot be read"):
        list(read_lines(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a\tb\n".encode("utf-16"), r": UTF-16, .*`cat x\.txt \| iconv -f UTF-16 -t UTF-8 > NEW`"),
        ("a\tb\n".encode("utf-16-le"), r": UTF-16LE, expected UTF-8"),
        ("a\tb\n".encode("utf-16-be"), r": UTF-16BE, expected UTF-8"),
        ("a\tb\n".encode("utf-32"), r": UTF-32, expected UTF-8"),
        (gzip.compress("a\tb\n".encode("utf-16"), mtime=0), r": UTF-16, expected UTF-8"),
        (
            "Espa\u00e7a\n".encode("latin-1"),
            r":1: not UTF-8 \(byte 0xe7\); perhaps Latin-1: .*LATIN1",
        ),
        (
            "a\n\u201cb\u201d\n".encode("cp1252"),
            r":2: not UTF-8 .*perhaps Windows-1252: .*-f CP1252",
        ),
        (
            "\u041f\u0440\u0438\u0432\u0435\u0442\n".encode("koi8-r"),
            r":1: .*another encoding \(.*KOI8-R",
        ),
        ("a\né".encode()[:-1], r":2: .*the text ends within a character: was the file cut off"),
        (b"BZh91AY&SY", r": bzip2, expected text, plain or gzipped: first `bunzip2` it"),
        (b"PK\x03\x04....", r": a ZIP archive, expected"),
        (b"PAR1....", r": Parquet, expected text"),
        (b"a\rb\rc", r": lines end in CR alone"),
    ],
)
def test_what_is_no_utf8_is_named_with_its_cure(tmp_path, content, said):
    with pytest.raises(UserError, match=r"x\.txt" + said):
        list(read_lines(write(tmp_path, content)))


def test_a_tilde_is_the_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path, b"a\n")
    assert list(read_lines(Path("~/x.txt"))) == [(1, "a")]
