"""How large a model is: entries, bytes in memory, bytes on disk."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from tombola.anatomy import inspect
from tombola.anatomy.inspection.inspect import Count
from tombola.cost.subjects import Subject


@dataclass(frozen=True)
class Size:
    """Counts and bytes of one model; tied parameters count once everywhere."""

    name: str
    architecture: str
    attention: str
    """How transformers computes attention: sdpa, eager, …"""
    random_weights: bool
    sets: dict[str, Count]
    """Parameter set to its entries and zeros."""
    total: Count
    parameter_bytes: int
    buffer_bytes: int
    without_zeros_bytes: int
    """What the parameters would take with one bit per entry that says whether it is zero, and the
    values of the others: arithmetic, for no such file is written here."""
    weight_file_bytes: int | None
    """None where the model came from memory or from a configuration."""
    folder_bytes: int | None
    """All files of a local folder, also those of the tokenizer."""
    mask_bytes: int | None
    """The file of the mask; None where it is no ticket."""

    @property
    def memory_bytes(self) -> int:
        """Parameters and buffers."""
        return self.parameter_bytes + self.buffer_bytes

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            **asdict(self),
            "sets": {name: count.to_dict() for name, count in self.sets.items()},
            "total": self.total.to_dict(),
            "memory_bytes": self.memory_bytes,
        }


def size(subject: Subject) -> Size:
    """Count what a model that is loaded takes, and its files."""
    model = subject.model
    found = inspect(model)
    parameters = list(model.parameters())  # tied ones once
    return Size(
        name=subject.name,
        architecture=found.architecture,
        attention=str(model.config._attn_implementation),
        random_weights=subject.random_weights,
        sets=found.sets,
        total=found.total,
        parameter_bytes=_n_bytes(parameters),
        buffer_bytes=_n_bytes(model.buffers()),
        without_zeros_bytes=sum(
            -(-p.numel() // 8) + int(p.count_nonzero()) * p.element_size() for p in parameters
        ),
        weight_file_bytes=_on_disk(subject.weight_files),
        folder_bytes=_folder(subject.folder),
        mask_bytes=_on_disk(None if subject.mask_file is None else [subject.mask_file]),
    )


def _n_bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of the entries."""
    return sum(t.numel() * t.element_size() for t in tensors)


def _on_disk(files: Iterable[Path] | None) -> int | None:
    return None if files is None else sum(path.stat().st_size for path in files)


def _folder(folder: Path | None) -> int | None:
    if folder is None:
        return None
    return _on_disk(path for path in folder.rglob("*") if path.is_file())
