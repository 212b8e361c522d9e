"""Running text in sequences of one length: nothing is padded, and nothing is cut off."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.tasks.tokenize import Encoded
from tombola.text.examples import Passage
from tombola.text.rows import CHARACTERS, Row

BLOCK = 1000
"""Passages that are read at once."""


def packed(
    passages: Iterable[Passage], tokenizer: Any, max_tokens: int, end: bool
) -> Iterator[Encoded]:
    """Passages one after the other, an end token behind each, cut into sequences of `max_tokens`.

    Each begins with the tokenizer's first token (`[CLS]`, a begin-of-sentence token) where it has
    one, and, with `end`, ends in its last. The last of all may be shorter. A row's `characters` say
    for each token how many characters of the text it stands for, the blanks before it among them;
    an end token stands for the end of a line. So no sequence is of one passage alone
    ("full sentences", Liu et al. 2019, section 4.2, who pad what does not fill the last).

    Raises UserError where the text is too short for one sequence, where `max_tokens` leaves no
    room, and for a tokenizer that does not say where its tokens stand, or has no end token.
    """
    first = _one_of(tokenizer.cls_token_id, tokenizer.bos_token_id)
    last = _one_of(tokenizer.sep_token_id, tokenizer.eos_token_id)
    if not tokenizer.is_fast or not last:
        raise UserError("running text needs a fast tokenizer with a token for the end of a text")
    room = max_tokens - len(first) - len(last) * end
    if room < 2:
        raise UserError(f"at most {max_tokens} tokens in a sequence: no room for text")
    ids: list[int] = []
    widths: list[int] = []
    n, left = 0, iter(passages)
    while block := list(islice(left, BLOCK)):
        for tokens, places in _read([passage.text for passage in block], tokenizer):
            ids += [*tokens, *last]
            widths += [*_widths(places), 1]
        starts = range(0, len(ids) - room + 1, room)
        rows = [_row(ids, widths, start, start + room, first, last * end) for start in starts]
        n += len(rows)
        del ids[: room * len(rows)], widths[: room * len(rows)]
        yield Encoded(tuple(rows), 0)
    if not n:
        raise UserError(
            f"the text is too short for one sequence: {len(ids)} tokens, {room} are needed"
        )
    if len(ids) > 2:  # fewer say nothing: an end, perhaps a word before it
        yield Encoded((_row(ids, widths, 0, len(ids), first, last * end),), 0)


@dataclass(frozen=True)
class PackedText:
    """One sequence of packed text, as answers are to it."""

    row: Mapping[str, Any]

    @property
    def lines(self) -> tuple[str, ...]:
        """None: where it begins and ends is no boundary of the text."""
        return ()

    @property
    def answer(self) -> str:
        """What tells it from others: a hash of its tokens."""
        return f"{mixed(self.row['input_ids']):014x}"

    @property
    def characters(self) -> list[int]:
        """How many characters of the text each token stands for."""
        return cast(list[int], self.row[CHARACTERS])


class PackedTexts(Sequence[PackedText]):
    """All sequences of an encoded text, made when asked for."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        """One sequence; of a slice, a tuple of them."""
        if isinstance(index, slice):
            return tuple(PackedText(row) for row in self._rows[index])
        return PackedText(self._rows[index])


def _one_of(*tokens: int | None) -> list[int]:
    return [token for token in tokens if token is not None][:1]


def _read(texts: list[str], tokenizer: Any) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
    found = tokenizer(
        texts,
        add_special_tokens=False,
        return_offsets_mapping=True,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    return zip(found["input_ids"], found["offset_mapping"], strict=True)


def _widths(places: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Characters from the end of the token before to its own; of a character in bytes, the first
    token has it.
    """
    reached = 0
    for _, end in places:
        yield max(end - reached, 0)
        reached = max(reached, end)


def _row(
    ids: list[int], widths: list[int], start: int, stop: int, first: list[int], last: list[int]
) -> Row:
    tokens = [*first, *ids[start:stop], *last]
    around = [[0] * len(side) for side in (first, last)]
    return {
        "input_ids": tokens,
        "attention_mask": [1] * len(tokens),
        CHARACTERS: [*around[0], *widths[start:stop], *around[1]],
    }
