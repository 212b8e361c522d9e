"""What a report reads: whatever tables a study has."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from tombola import tables
from tombola.errors import UserError
from tombola.report.old_form import renewed
from tombola.report.one_form import NEEDED, joined, seen_models
from tombola.results import Record, Result

TRIES = 5
"""Times that tables are read, where they change while they are."""


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Result, Mapping[str, pd.DataFrame]):
    """The tables of a study by name, or the part of them that one figure shows.

    `tables.scores` is `tables["scores"]`.
    """

    frames: Mapping[str, pd.DataFrame]
    abouts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each table says about its columns."""
    folder: str = "tables"
    """Where they were read, for messages."""
    _joined: dict[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> "Tables":
        """Read the tables of a study: `Tables.read("runs/first-look")`, or its folder `tables`.

        Raises UserError where there is none, or one is damaged.
        """
        folder = Path(folder)
        folder = folder / "tables" if (folder / "tables").is_dir() else folder
        for _ in range(TRIES):
            before = _times(folder)
            frames = {name: tables.read(folder, name) for name in tables.names(folder)}
            # a study that runs writes its tables anew: those of two moments do not fit together
            if _times(folder) == before:
                break
        if not frames:
            raise UserError(f"{folder}: no tables here; a study writes *.parquet into OUT/tables")
        abouts = {name: tables.about(folder, name) for name in frames}
        return cls(frames, abouts, str(folder))

    def __getitem__(self, name: str) -> pd.DataFrame:
        try:
            return self.frames[name]
        except KeyError:
            there = ", ".join(self.frames)
            raise UserError(f"{self.folder}: no table {name!r}; there are: {there}") from None

    def __contains__(self, name: object) -> bool:
        return name in self.frames

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __getattr__(self, name: str) -> pd.DataFrame:
        frames = self.__dict__.get("frames", {})
        if name not in frames:
            raise AttributeError(f"no table {name!r}; there are: {', '.join(frames)}")
        frame: pd.DataFrame = frames[name]
        return frame

    def lines(self) -> tuple[str, ...]:
        """How many there are, and where."""
        return (f"{len(self)} tables of {self.folder}",)

    def records(self) -> list[Record]:
        """A row for each table."""
        return [
            {"table": name, "rows": len(frame), "columns": ", ".join(map(str, frame))}
            for name, frame in self.frames.items()
        ]

    def joined(self, name: str) -> pd.DataFrame:
        """A table with what `models` says about the model of each row, in the words of one_form.

        Raises UserError where there is no such table, or it names a model that is unknown.
        """
        if name not in self._joined:
            self[name]
            self._join_all()
        return self._joined[name]

    def where(self, **which: Hashable) -> "Tables":
        """The rows with these values; a table without such a column keeps its rows."""
        frames, narrowed = {}, {}
        for name, frame in self.frames.items():
            rows = self.joined(name)
            for column in which.keys() & set(rows.columns):
                rows = rows[rows[column] == which[column]]
            narrowed[name], frames[name] = rows, frame[frame.index.isin(rows.index)]
        return Tables(frames, self.abouts, self.folder, narrowed)

    def groups(self, table: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
        """The values of `columns` that occur together in a table, in order of appearance."""
        if not columns:
            return [{}] if len(self.joined(table)) else []
        frame = self.joined(table)[list(columns)].drop_duplicates()
        return [dict(zip(columns, values, strict=True)) for values in frame.itertuples(index=False)]

    def _join_all(self) -> None:
        # Labels of rows lead from a joined row back to its own.
        frames = renewed(self.frames)
        models = None
        if "models" in frames:
            require(frames["models"], NEEDED, f"{self.folder}/models.parquet")
            models = seen_models(frames["models"])
        for name in self.frames:
            path = f"{self.folder}/{name}.parquet"
            self._joined[name] = joined(frames[name], models, path)
        if models is not None and "models" in self.frames:
            self._joined["models"] = models


def _times(folder: Path) -> dict[str, int]:
    """When each table was written, in nanoseconds."""
    return {path.name: path.stat().st_mtime_ns for path in sorted(folder.glob("*.parquet"))}


def require(frame: pd.DataFrame, columns: Mapping[str, str], path: str) -> None:
    """Whether a table has these columns, each `text` or `number`.

    Raises UserError where it has not.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise UserError(
            f"{path}: not the table {Path(path).stem!r}: no column {', '.join(missing)}"
        )
    tests = {"text": pd.api.types.is_string_dtype, "number": pd.api.types.is_numeric_dtype}
    wrong = [f"{c} is no {kind}" for c, kind in columns.items() if not tests[kind](frame[c])]
    # Where nothing stands, a column has no type.
    if wrong and len(frame):
        raise UserError(f"{path}: a column of another type: {', '.join(wrong)}")
