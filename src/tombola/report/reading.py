"""What a report reads: the tables of a study, and what is known about the study."""

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tombola import tables
from tombola.errors import UserError
from tombola.files import read_json


@dataclass(frozen=True)
class Tables:
    """The four tables of a study, or the part of them that one figure shows."""

    scores: pd.DataFrame
    sparsity: pd.DataFrame
    similarity: pd.DataFrame
    probes: pd.DataFrame

    @classmethod
    def read(cls, folder: str | Path) -> "Tables":
        """Read the tables in `folder`: `Tables.read("runs/first-look/tables")`.

        Raises UserError where one is missing, damaged or of other types.
        """
        return cls(**{field.name: _read(Path(folder), field.name) for field in fields(cls)})

    def where(self, **which: Hashable) -> "Tables":
        """The rows with these values; a table without such a column keeps its rows."""
        narrowed = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, frame in narrowed.items():
            for column in which.keys() & set(frame.columns):
                frame = frame[frame[column] == which[column]]
            narrowed[name] = frame
        return replace(self, **narrowed)

    def groups(self, table: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
        """The values of `columns` that occur together in a table, in order of appearance."""
        frame = getattr(self, table)[list(columns)].drop_duplicates()
        return [dict(zip(columns, values, strict=True)) for values in frame.itertuples(index=False)]


def _read(folder: Path, name: str) -> pd.DataFrame:
    try:
        frame = tables.read(folder, name)
    except UserError as problem:
        # A reader's message may span lines; a user's error is one.
        raise UserError(" ".join(str(problem).split())) from problem
    columns = tables.TABLES[name]
    try:
        return frame[list(columns)].astype({c: dtype for c, (dtype, _) in columns.items()})
    except (ValueError, TypeError) as problem:
        reason = " ".join(str(problem).split())
        raise UserError(f"{folder / name}.parquet: a column of another type: {reason}") from problem


@dataclass(frozen=True)
class Study:
    """What study.json says was run; empty where it says nothing."""

    name: str = ""
    title: str = ""
    description: str = ""
    recipe: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    seeds: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    """What failed, and why."""
    command: str = ""
    signature: str = ""

    @classmethod
    def read(cls, path: Path) -> "Study":
        """Read study.json; keys may be missing, and so may the file.

        Raises UserError where it is no JSON object or a value is of another type.
        """
        if not path.exists():
            return cls()
        try:
            found = read_json(path)
        except (OSError, ValueError) as problem:
            raise UserError(f"{path}: no readable JSON: {problem}") from problem
        if not isinstance(found, dict):
            raise UserError(f"{path}: not an object but a {type(found).__name__}")
        try:
            return cls._from(found)
        except (TypeError, AttributeError) as problem:
            raise UserError(f"{path}: not what a study writes: {problem}") from problem

    @classmethod
    def _from(cls, found: dict[str, Any]) -> "Study":
        texts = ("name", "title", "description", "recipe", "command", "signature")
        return cls(
            **{key: str(found.get(key) or "") for key in texts},
            versions=tuple(
                (str(k), str(v)) for k, v in sorted((found.get("versions") or {}).items())
            ),
            seeds=tuple(str(seed) for seed in found.get("seeds") or ()),
            failures=tuple(
                (str(f.get("what", "something")), str(f.get("why", "no reason was recorded")))
                for f in found.get("failures") or ()
            ),
        )
