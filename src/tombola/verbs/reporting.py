"""A report from a study's tables alone."""

from pathlib import Path

from tombola import report as reports
from tombola.errors import UserError
from tombola.files import as_path
from tombola.plugins import load_plugins


def build_report(
    *studies: str | Path, out: str | Path | None = None, plugins: tuple[str | Path, ...] = ()
) -> Path:
    """Rebuild figures, tables and `report.html` from a study's tables alone; return its path.

    Of several studies, side by side, joined tables and the report are written into `out`.
    `plugins` are files of one's own figures. Raises UserError where a table is missing or damaged,
    or a plug-in fails; nothing is written then.
    """
    load_plugins(plugins)
    folders = [as_path(study) for study in studies]
    if len(folders) == 1 and out is None:
        return reports.report(folders[0])
    if len(folders) < 2 or out is None:
        raise UserError("several studies side by side need two or more of them, and --out DIR")
    reports.join(folders, as_path(out))
    return reports.report(as_path(out))
