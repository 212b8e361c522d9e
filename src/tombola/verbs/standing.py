"""How a study stands, also while it runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from tombola import study
from tombola.files import as_path
from tombola.plugins import load_plugins

if TYPE_CHECKING:
    from tombola.study import Status


def status(out: str | Path, *, plugins: tuple[str | Path, ...] = ()) -> "Status":
    """What of a study is done, running, failed and left; `plugins` as it was run with.

    Raises UserError for a folder without a study, or a plug-in that fails.
    """
    load_plugins(plugins)
    return study.status(as_path(out))
