"""A report from a study's tables alone; several studies side by side."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tombola import report as reports
from tombola import study
from tombola.errors import UserError
from tombola.files import as_path
from tombola.plugins import load_plugins

if TYPE_CHECKING:
    from tombola.statistics import Difference


def build_report(
    *studies: str | Path, out: str | Path | None = None, plugins: tuple[str | Path, ...] = ()
) -> Path:
    """Rebuild figures, tables and `report.html` from a study's tables alone; return its path.

    A study that runs, or was killed, is told as far as it is: tables are made of what is finished.
    Of several studies, side by side, joined tables and the report are written into `out`: with
    paired differences between them where both have kept answers to the same examples.
    `plugins` are files of one's own figures. Raises UserError where a table is missing or damaged,
    or a plug-in fails; nothing is written then.
    """
    load_plugins(plugins)
    folders = [as_path(each) for each in studies]
    for folder in folders:
        study.catch_up(folder)
    if len(folders) == 1 and out is None:
        return reports.report(folders[0])
    if len(folders) < 2 or out is None:
        raise UserError("several studies side by side need two or more of them, and --out DIR")
    paired = partial(_paired, reports.study_names(folders))
    reports.join(folders, as_path(out), paired)
    return reports.report(as_path(out))


def join_tables(*studies: str | Path, plugins: tuple[str | Path, ...] = ()) -> "reports.Tables":
    """The tables of several studies as one, with a column `study`.

    Where two of them have kept answers to the same examples, `between-studies` holds the paired
    differences between them, by chain and sparsity. `plugins` are files with metrics of one's own.
    Raises UserError where a table is missing or damaged, or studies do not fit together.
    """
    load_plugins(plugins)
    named = reports.study_names([as_path(each) for each in studies])
    read = {name: reports.Tables.read(folder) for name, folder in named.items()}
    return reports.joined_tables(read, partial(_paired, named))


def _paired(
    folders: Mapping[str, Path], metric: str, of: Sequence[tuple[str, str]],
    to: Sequence[tuple[str, str]],
) -> "Difference":  # fmt: skip
    placed = [[(folders[name], model) for name, model in runs] for runs in (of, to)]
    return study.paired_between(metric, *placed)
