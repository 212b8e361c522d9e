"""Seeds made of parts: of a run, an epoch, a parameter's name."""

from hashlib import blake2b


def mixed(*parts: object) -> int:
    """A seed of 56 bits for what is told by `parts`, as they are written, with `/` between them.

    A hash, not a sum: (0, 1) and (1, 0) do not share a seed, and neighbours have nothing in common.
    The same in every process and on every machine, for the hash is BLAKE2b, not Python's own.
    """
    text = "/".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big")
