"""Accidents and malice: values, texts and bytes that nobody meant."""

import copy
import math
import random
from collections.abc import Iterator
from typing import Any

HOSTILE = [
    "", " ", "x" * 10_000, "\0", "a\nb", "é" * 50, "\U0001f600", "‮txet", "\x1b[31m", "../../etc",
    "<script>alert(1)</script>", "{{7*7}}", "${HOME}", "$NOPE/x", "~root", "/dev/zero", "nul", "-1",
    "1e999", "NaN", "null", "all", "random", "\ud800", "%s%n", "'; drop table", "\\", "…",
]  # fmt: skip
"""Texts."""
NUMBERS = [
    0, -1, 1, 2, 10**9, 10**30, 2**63, -(2**63), 0.0, -0.0, 0.5, 1.0, 1e-300, 1e300, math.nan,
    math.inf, -math.inf,
]  # fmt: skip


def value(rng: random.Random, depth: int = 0) -> Any:
    """Anything that a YAML file can say."""
    kind = rng.randrange(10)
    if kind < 3:
        return rng.choice(HOSTILE)
    if kind < 6:
        return rng.choice(NUMBERS)
    if kind == 6:
        return rng.choice([None, True, False])
    if depth > 2:
        return []
    if kind == 7:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == 8:
        keys = [str(rng.choice(HOSTILE))[:30] for _ in range(rng.randrange(3))]
        return {key: value(rng, depth + 1) for key in keys}
    return deep(rng.choice([5, 5, 5, 100]))


def deep(levels: int) -> Any:
    """A list in a list in a list."""
    found: Any = 1
    for i in range(levels):
        found = [found] if i % 2 else {"a": found}
    return found


def places(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that a tree of mappings and lists holds."""
    if not isinstance(tree, dict | list):
        return
    for key, item in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*at, key)
        yield from places(item, (*at, key))


def changed(rng: random.Random, tree: Any) -> Any:
    """A tree with something in it replaced, removed, doubled, renamed or added."""
    tree = copy.deepcopy(tree)
    found = list(places(tree))
    if not found:
        return value(rng)
    *path, last = rng.choice(found)
    holder = tree
    for key in path:
        holder = holder[key]
    kind = rng.randrange(8)
    if kind == 0:
        del holder[last]
    elif kind == 1 and isinstance(holder, dict):
        holder[str(rng.choice(HOSTILE))[:300]] = holder.pop(last)
    elif kind == 2:
        holder[last] = [holder[last], copy.deepcopy(holder[last])]
    elif kind == 3:  # what stands elsewhere
        other = tree
        for key in rng.choice(found):
            other = other[key]
        holder[last] = copy.deepcopy(other)
    elif kind == 4 and isinstance(holder, dict):
        holder[rng.choice(["seed", "of", "to", "across", "task", *HOSTILE])[:300]] = value(rng)
    else:
        holder[last] = value(rng)
    return tree


PIECES = [
    b"", b"\t", b"\n", b"\r\n", b"\r", b"\n\n", b"\xff", b"\0", b"(", b")", b"|", b'"', b"[", b"}",
    b"<", b"&#x110000;", b"#", b"-1", b"9" * 5_000, b"1e999", b"NaN", b"\xef\xbb\xbf", b"\xc2\x85",
    b"\xed\xa0\x80", b"\xe2\x80\xa8", b"*", b"_", b":", b"(" * 3_000, b"[" * 100_000, b" ", b",",
]  # fmt: skip


def mangled(rng: random.Random, whole: bytes) -> bytes:
    """A file with bytes flipped, put in, cut, lines or columns moved, or in another encoding."""
    raw = whole
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(raw) + 1)
        lines = raw.split(b"\n")
        line = rng.randrange(len(lines))
        match rng.randrange(11):
            case 0:
                raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
            case 1:
                raw = raw[:at] + rng.choice(PIECES) + raw[at + rng.randrange(6) :]
            case 2:
                raw = raw[:at]
            case 3:
                raw = raw[at:]
            case 4:
                raw = b"\n".join([*lines[:line], *lines[line + 1 :]])
            case 5:
                raw = b"\n".join([*lines[: line + 1], *lines[line:]])
            case 6:
                columns = lines[line].split(b"\t")
                rng.shuffle(columns)
                raw = b"\n".join([*lines[:line], b"\t".join(columns), *lines[line + 1 :]])
            case 7:
                lines[line], lines[0] = lines[0], lines[line]
                raw = b"\n".join(lines)
            case 8:
                encoding = rng.choice(["utf-16", "utf-32", "latin-1", "utf-8-sig"])
                raw = raw.decode(errors="ignore").encode(encoding, errors="ignore")
            case 9:
                raw = raw[:at] + rng.randbytes(rng.choice([1, 4, 64, 1000])) + raw[at:]
            case 10:
                end = min(len(raw), at + rng.choice([1, 8, 200]))
                raw = raw[:at] + raw[at:end] * rng.choice([2, 50]) + raw[end:]
    return raw
