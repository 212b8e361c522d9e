"""The note beside a cut model: what was removed, and from which weights.

It guards against mix-ups (a configuration of another cut, a note edited by hand), not against
forgery: its checksums look at samples, and say which weights it was written for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tombola.anatomy.sources import read_json_object
from tombola.anatomy.surgery.record import Record
from tombola.errors import UserError
from tombola.files import write_json
from tombola.version import __version__

NAME = "surgery.json"
_HEADER_LENGTH = 8
"""Bytes at the start of a safetensors file that say how long its header is."""
_SAMPLE = 1024
"""Bytes of each end of a tensor."""


def write_manifest(folder: Path, architecture: str, record: Record, files: Iterable[Path]) -> None:
    """Write the manifest of a folder whose weights are there already."""
    content = {
        "format": 1,
        "tombola": __version__,
        "architecture": architecture,
        "removed": record.to_dict(),
        "weights": {file.name: weights_checksum(file) for file in files},
    }
    write_json(folder / NAME, {**content, "checksum": _checksum(content)})


def check_manifest(path: Path, record: Record) -> None:
    """Raise UserError where a manifest is damaged, or is not the one of this configuration.

    The weights may be others by now: a cut model is trained on, and saved into its own folder.
    """
    if _read(path)["removed"] != record.to_dict():
        raise UserError(f"{path}: says another thing was removed than config.json beside it does")


def weights_checksum(path: Path) -> str:
    """16 hexadecimal digits that tell the weights of a safetensors file from others.

    A digest of the header (names, types, shapes) and of both ends of every tensor: training, or
    another file, changes those. The rest is not read, because loading does not read it either:
    it maps the file into memory.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER_LENGTH), "little")
            header = file.read(length)
            digest = hashlib.blake2b(header, digest_size=8)
            tensors = {n: t for n, t in json.loads(header).items() if n != "__metadata__"}
            for _, tensor in sorted(tensors.items()):
                start, end = (_HEADER_LENGTH + length + n for n in tensor["data_offsets"])
                for first in (start, max(start, end - _SAMPLE)):
                    file.seek(first)
                    digest.update(file.read(min(_SAMPLE, end - first)))
    # Anything can be in a damaged header.
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as problem:
        raise UserError(f"{path}: no readable safetensors file: {problem}") from problem
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Any]:
    content = read_json_object(path, "manifest")
    stated = content.pop("checksum", None)
    if content.get("format") != 1:
        raise UserError(f"{path}: format {content.get('format')!r}; this version reads format 1")
    found = _checksum(content)
    if stated != found or not isinstance(content.get("weights"), dict):
        raise UserError(
            f"{path}: was edited: its content has the checksum {found}, it states {stated!r}"
        )
    return content


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
