"""A report from a study's tables alone."""

from pathlib import Path

from tombola import report as reports


def build_report(out: str | Path) -> Path:
    """Rebuild figures, tables and `report.html` from a study's tables alone; return its path."""
    return reports.report(Path(out))
