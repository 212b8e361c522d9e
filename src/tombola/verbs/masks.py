"""What masks share."""

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from tombola import masks, statistics, tickets
from tombola.errors import UserError


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


@dataclass(frozen=True)
class MaskComparison:
    """What some masks share."""

    pairs: tuple[MaskPair, ...]
    together: MasksTogether | None
    """None for two masks: their pair says it all."""


def compare_masks(files: list[str | Path]) -> MaskComparison:
    """What every two of some masks share, and all of three or more, beside what chance would give.

    Args:
        files: mask files or tickets' folders, two at least.

    Raises:
        UserError: fewer than two, no masks, or masks of different models.
    """
    if len(files) < 2:
        raise UserError("give two masks or more: files, or folders of tickets")
    read = [(str(path), masks.load(_mask_file(Path(path)))) for path in files]
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


def _mask_file(path: Path) -> Path:
    return path / tickets.MASK_FILE if path.is_dir() else path
