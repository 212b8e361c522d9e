"""What masks share."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from tombola import masks, statistics, tickets
from tombola.errors import UserError
from tombola.results import Record, Result
from tombola.verbs.stages import masks_of


@dataclass(frozen=True)
class MaskPair:
    """Two masks and what they share."""

    a: str
    b: str
    overlap: masks.Overlap

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        shared = self.overlap
        return {
            "a": self.a,
            "b": self.b,
            **asdict(shared),
            "jaccard": shared.jaccard,
            "expected_jaccard": shared.expected_jaccard,
            "expected_jaccard_by_tensor": shared.expected_jaccard_by_tensor,
            "difference": shared.difference,
            "most_different": shared.most_different,
            "expected_difference": shared.expected_difference,
        }


@dataclass(frozen=True)
class MasksTogether:
    """Three masks or more as a whole."""

    n: int
    """Prunable entries."""
    survivors: tuple[int, ...]
    """Entries that survive in each."""
    in_all: int
    """Entries that survive in all."""
    expected_in_all: float
    """That of independent masks of these sizes, on average."""
    in_none: int
    agreement: "tuple[statistics.Agreement, ...]"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "n": self.n,
            "survivors": list(self.survivors),
            "in_all": self.in_all,
            "expected_in_all": self.expected_in_all,
            "in_none": self.in_none,
            "agreement": [each.to_dict() for each in self.agreement],
        }


@dataclass(frozen=True, repr=False)
class MaskComparison(Result):
    """What some masks share."""

    pairs: tuple[MaskPair, ...]
    together: MasksTogether | None
    """None for two masks: their pair says it all."""
    shown = ("a", "b", "survivors_a", "survivors_b", "both", "jaccard", "expected_jaccard")

    def lines(self) -> tuple[str, ...]:
        """What they share, beside chance."""
        if self.together is None:
            return self.pairs[0].overlap.lines()
        one = self.together
        return (
            f"{len(one.survivors)} masks of {one.n:,} entries: {one.in_all:,} survive in all "
            f"(chance {one.expected_in_all:,.0f}), {one.in_none:,} in none",
        )

    def records(self) -> list[Record]:
        """A row for every two."""
        return [{"a": p.a, "b": p.b, **p.overlap.records()[0]} for p in self.pairs]


def compare_masks(*given: Any) -> MaskComparison:
    """What every two of some masks share, and all of three or more, beside what chance would give.

    Args:
        given: masks, tickets, mask files, tickets' folders, studies' folders (all of their masks),
            or stages of them (`DIR:task/seed/round`, `DIR:step/…`): two masks at least. Or one list
            of such.

    Raises:
        UserError: fewer than two, no masks, or masks of different models.
    """
    several = len(given) == 1 and isinstance(given[0], Sequence) and not isinstance(given[0], str)
    sources = list(given[0]) if several else list(given)
    read = [each for i, source in enumerate(sources, 1) for each in _masks_of(source, i)]
    if len(read) < 2:
        raise UserError(
            "give two masks or more: masks, tickets, files, folders of tickets, or stages of a "
            "study as DIR:task/seed/round"
        )
    read = list(zip([name for name, _ in read], masks.aligned([m for _, m in read]), strict=True))
    pairs = [MaskPair(a, b, masks.overlap(x, y)) for (a, x), (b, y) in combinations(read, 2)]
    together = _together([mask for _, mask in read]) if len(read) > 2 else None
    return MaskComparison(tuple(pairs), together)


def _together(read: list[masks.Mask]) -> MasksTogether | None:
    found = masks.patterns(read)
    if not found.n:
        return None
    return MasksTogether(
        n=found.n,
        survivors=tuple(found.sizes.tolist()),
        in_all=found.kept_by_all,
        expected_in_all=found.expected_by_all,
        in_none=found.kept_by_none,
        agreement=tuple(statistics.agreements(found)),
    )


def _masks_of(source: Any, number: int) -> list[tuple[str, masks.Mask]]:
    """The masks of a source, and what to call each."""
    if isinstance(source, str | Path) and (found := masks_of(source)) is not None:
        return [(title, masks.Mask.load(path)) for title, path in found]
    return [_mask_of(source, number)]


def _mask_of(source: Any, number: int) -> tuple[str, masks.Mask]:
    """A mask, and what to call it."""
    if isinstance(source, masks.Mask):
        return f"mask {number}", source
    if isinstance(source, tickets.Ticket):
        if source.mask is None:
            raise UserError(f"{source!r}: has no mask, for nothing was pruned")
        return f"ticket {number}", source.mask
    if not isinstance(source, str | Path):
        raise UserError(
            f"a mask, a ticket, a file or a folder was expected, not {type(source).__name__}"
        )
    return str(source), masks.Mask.load(source)
