"""Several studies as one: the same tasks by other models, criteria or protocols, side by side.

Every table gains a column `study`, which tells experiments apart as any other axis does. Names of
models are made different by it. Where both studies kept what each example was answered, paired
differences between them stand in a table of their own (`between`).
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tombola import tables
from tombola.errors import UserError
from tombola.files import read_json, write_json
from tombola.report.between import BETWEEN, Paired, between
from tombola.report.reading import Tables

STUDY = "study"
NAMES = ("model", "root", "a_model", "b_model", "stage")
"""Columns that name a model or a stage, whatever else a cell says."""
PERHAPS = ("against", "source")
"""Columns that name one, or say what it is."""


def joined_tables(studies: Mapping[str, Tables], paired: Paired | None = None) -> Tables:
    """The tables of several studies by name, as tables of one.

    `paired` makes differences between studies of their answers, which are no tables: without it
    there are none. `tombola.join_tables` has it from the studies' folders.

    Raises UserError where fewer than two are given, or a table has another form in one of them (a
    column of text in one is of numbers in another).
    """
    if len(studies) < 2:
        raise UserError(f"{len(studies)} studies to join; give two or more")
    names = dict.fromkeys(name for read in studies.values() for name in read)
    frames = {}
    for name in names:
        found = {study: read[name] for study, read in studies.items() if name in read}
        _same_form(name, found)
        own = {study: set(_models(read)) for study, read in studies.items()}
        frames[name] = _filled(
            [_of_study(frame, study, own[study]) for study, frame in found.items()]
        )
    abouts = {name: about for read in studies.values() for name, about in read.abouts.items()}
    if paired is not None and len(rows := between(studies, paired)):
        frames[BETWEEN.name] = rows
        abouts[BETWEEN.name] = {column: BETWEEN.about(column) for column in BETWEEN.columns}
    return Tables(frames, abouts, " and ".join(read.folder for read in studies.values()))


def join(folders: Sequence[Path], out: Path, paired: Paired | None = None) -> None:
    """Write the tables and study.json of several studies, joined, into a new folder.

    `paired` is as in `joined_tables`; it calls studies by `study_names`.

    Raises UserError where `out` is one of them or holds a study of its own; what was joined there
    before gives way.
    """
    own = (out / "stages").exists() or ((out / "tables").exists() and not _told(out).get("joined"))
    if own or out.resolve() in {folder.resolve() for folder in folders}:
        raise UserError(f"{out}: a study of its own; name another folder for what is joined")
    named = study_names(folders)
    read = {name: Tables.read(folder) for name, folder in named.items()}
    both = joined_tables(read, paired)
    if (out / "tables").exists():  # another study's may lie there
        shutil.rmtree(out / "tables")
    for name, frame in both.items():
        about = both.abouts.get(name, {})
        kinds = {c: _kind(frame[c]) for c in map(str, frame)}
        table = tables.Table(name, {c: (kind, about.get(c, "")) for c, kind in kinds.items()})
        tables.write(out / "tables", table, frame.astype(kinds))
    told = [_told(folder) for folder in folders]
    write_json(out / "study.json", {
        "name": "-".join(named),
        "joined": list(named),
        "title": " beside ".join(str(each.get("title") or name) for name, each in
                                 zip(named, told, strict=True)),
        "description": "\n".join([*_described(named, told), _compared(both)]),
        "seeds": sorted({seed for each in told for seed in each.get("seeds") or ()}),
        "failures": [f for each in told for f in each.get("failures") or ()],
        "stages": sum(int(each.get("stages") or 0) for each in told),
        "done": sum(int(each.get("done") or 0) for each in told),
        "versions": {k: v for each in told for k, v in (each.get("versions") or {}).items()},
        "signature": " + ".join(str(each.get("signature") or "") for each in told),
    })  # fmt: skip


def _described(named: Iterable[str], told: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each study that says something of itself."""
    said = {
        name: str(each.get("description") or "").strip()
        for name, each in zip(named, told, strict=True)
    }
    return [f"{name}: {text}" for name, text in said.items() if text]


def _compared(both: Tables) -> str:
    """What the page may say of one study beside another."""
    rows = both.frames.get(BETWEEN.name)
    if rows is not None and (rows["reason"] == "").any():
        said = "Where studies scored the same examples, paired differences tell them apart."
    else:
        said = "No difference between these studies is claimed: none could be paired."
    return f"{said} Claims are judged in the report of each."


def _told(folder: Path) -> dict[str, Any]:
    path = folder / "study.json"
    found = read_json(path) if path.exists() else {}
    return found if isinstance(found, dict) else {}


def study_names(folders: Sequence[Path]) -> dict[str, Path]:
    """What to call studies: their folders' names, with a number where two have the same."""
    names: list[str] = []
    for folder in folders:
        name = folder.resolve().name
        same = sum(each == name or each.startswith(f"{name} ") for each in names)
        names.append(f"{name} {same + 1}" if same else name)
    return dict(zip(names, folders, strict=True))


def _models(read: Tables) -> list[str]:
    return read["models"]["model"].tolist() if "models" in read else []


def _of_study(frame: pd.DataFrame, study: str, models: set[str]) -> pd.DataFrame:
    """Rows under names that no other study has."""
    new = {}
    for column in map(str, frame):
        if column in NAMES:
            new[column] = study + "/" + frame[column]
        elif column in PERHAPS:
            new[column] = frame[column].map(
                lambda cell: f"{study}/{cell}" if cell in models else cell
            )
        elif column == "reads":
            new[column] = frame[column].map(lambda cell: _renamed(cell, study))
        elif column == "step" and "model" not in frame:
            new[column] = study + ": " + frame[column]
    text = {c: values.astype("string") for c, values in new.items()}
    text[STUDY] = pd.Series(study, frame.index, dtype="string")
    return frame.assign(**{str(name): column for name, column in text.items()})


def _renamed(reads: str, study: str) -> str:
    return json.dumps({role: f"{study}/{name}" for role, name in json.loads(reads).items()})


def _filled(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One below the other; text that a table has no column for is empty."""
    every = pd.concat(frames, ignore_index=True)
    empty = {str(c): every[c].fillna("") for c in every if every[c].dtype == "string"}
    return every.assign(**empty)


def _same_form(name: str, found: Mapping[str, pd.DataFrame]) -> None:
    for column in {str(c) for frame in found.values() for c in frame}:
        kinds = {
            study: frame[column].dtype == "string"
            for study, frame in found.items()
            if column in frame and len(frame)
        }
        if len(set(kinds.values())) > 1:
            raise UserError(
                f"table {name!r}: column {column!r} is text in one study and numbers in another; "
                "run `tombola report` with the version that wrote the older one"
            )


def _kind(values: pd.Series) -> str:
    dtype = str(values.dtype)
    if dtype in ("string", "bool", "int64", "Int64"):
        return dtype
    return "float64" if pd.api.types.is_numeric_dtype(values) else "string"
