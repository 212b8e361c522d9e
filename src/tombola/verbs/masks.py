"""What masks share."""

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from tombola import masks, tickets
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
        }


def compare_masks(files: list[str | Path]) -> list[MaskPair]:
    """What every two of some masks share, beside what chance would give.

    Args:
        files: mask files or tickets' folders, two at least.

    Raises:
        UserError: fewer than two, no masks, or masks of different models.
    """
    if len(files) < 2:
        raise UserError("give two masks or more: files, or folders of tickets")
    read = [(str(path), masks.load(_mask_file(Path(path)))) for path in files]
    return [MaskPair(a, b, masks.overlap(x, y)) for (a, x), (b, y) in combinations(read, 2)]


def _mask_file(path: Path) -> Path:
    return path / tickets.MASK_FILE if path.is_dir() else path
