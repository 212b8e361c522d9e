"""What of a study's folder may go."""

from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from tombola import study
from tombola.errors import UserError
from tombola.files import as_path
from tombola.plugins import load_plugins

if TYPE_CHECKING:
    from tombola.study import Cleaning


def clean(
    out: str | Path,
    *,
    keep: str = "all",
    really: bool = False,
    plugins: tuple[str | Path, ...] = (),
) -> "Cleaning":
    """Say what of a study's folder nothing needs any more; remove it if `really`.

    `keep` is how much of finished stages stays, as in a recipe: `all`, `masks` or `tables`.

    Raises UserError for a folder without a study or at work, or another `keep`.
    """
    known = get_args(study.Keep)
    if keep not in known:
        raise UserError(f"keep: {keep!r} is none of {', '.join(known)}")
    load_plugins(plugins)
    return study.clean(as_path(out), cast("study.Keep", keep), really)
