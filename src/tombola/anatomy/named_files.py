"""Files that a tokenizer's settings name: none is read but those beside the settings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tombola.errors import UserError

NAME = "tokenizer_config.json"
_NAMES = re.compile(r"(vocab|merges|_file|_spm|^spm|^sp_model)\w*$")
"""Settings whose text transformers takes for a path: from version 5 on also `vocab`, `merges`."""
_NOT_READ = {"tokenizer_file", "special_tokens_map_file", "added_tokens_file"}
"""Often paths on the machine where a tokenizer was saved."""
SHOWN = 100
"""Characters of a path that a message repeats."""


def refuse_led_away(settings: Mapping[str, Any], folder: Path, where: str) -> None:
    """Raise UserError where a tokenizer's settings name a file that is here and not beside them.

    A vocabulary could be any file of the user's, and would go where the tokenizer goes.
    """
    for key, value in settings.items():
        if not isinstance(value, str) or key in _NOT_READ or not _NAMES.search(key):
            continue
        if _is_file(value) and not Path(value).resolve().is_relative_to(folder.resolve()):
            raise UserError(f"{where}: {key}: {value[:SHOWN]!r} is no file beside {NAME}")


def _is_file(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # no name that a file can have
        return False
