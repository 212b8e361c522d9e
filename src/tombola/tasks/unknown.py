"""How much of a text a tokenizer does not know."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

MOST_UNKNOWN = 0.01
"""A larger share of unknown sub-tokens is said: what a model says of them is no word of its own."""


def unknown_share(rows: Iterable[Mapping[str, Any]], tokenizer: Any) -> float:
    """Share of the sub-tokens of encoded examples that are unknown, special ones not counted.

    0 for a tokenizer that knows everything (of bytes), and where there are none.
    """
    unknown = tokenizer.unk_token_id
    if unknown is None:
        return 0.0
    special = set(tokenizer.all_special_ids) - {unknown}
    n = n_unknown = 0
    for row in rows:
        ids = [i for i in cast(list[int], row["input_ids"]) if i not in special]
        n += len(ids)
        n_unknown += ids.count(unknown)
    return n_unknown / n if n else 0.0


def said_of_unknown(share: float, most: float = MOST_UNKNOWN) -> str:
    """The sentence that says so; empty where the share is small."""
    if share <= most:
        return ""
    return (
        f"the tokenizer does not know {share:.1%} of the sub-tokens: the model was hardly made "
        "for this text"
    )
