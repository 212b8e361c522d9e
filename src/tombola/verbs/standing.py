"""How a study stands, also while it runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import study

if TYPE_CHECKING:
    from tombola.study import Status


def status(out: str | Path) -> "Status":
    """What of a study is done, running, failed and left. Raises UserError for another folder."""
    return study.status(out)
