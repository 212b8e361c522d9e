"""Tokens of several words, split."""

import re
from collections.abc import Sequence


def split_multiwords(
    tokens: Sequence[str], *layers: Sequence[str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The words of tokens that `~` or spaces join, and each layer with a token's label for each.

    A token of nothing else stays as it is.
    """
    parts = [[part for part in re.split(r"[~\s]+", token) if part] or [token] for token in tokens]
    words = tuple(word for split in parts for word in split)
    copied = [
        tuple(label for label, split in zip(layer, parts, strict=True) for _ in split)
        for layer in layers
    ]
    return words, copied
