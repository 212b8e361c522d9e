"""A report from a study's tables alone."""

from pathlib import Path

from tombola import report as reports
from tombola.files import as_path
from tombola.plugins import load_plugins


def build_report(out: str | Path, *, plugins: tuple[str | Path, ...] = ()) -> Path:
    """Rebuild figures, tables and `report.html` from a study's tables alone; return its path.

    `plugins` are files of one's own figures. Raises UserError where a table is missing or damaged,
    or a plug-in fails; nothing is written then.
    """
    load_plugins(plugins)
    return reports.report(as_path(out))
