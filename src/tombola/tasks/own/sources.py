"""Where a user's data are: files, folders, the hub, or memory."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.extras import extra
from tombola.reach import out_of_reach
from tombola.tasks.own.saved import is_saved, refuse_led_away
from tombola.tasks.own.splits import Tables
from tombola.tasks.words.load import split_of
from tombola.text.reading import Reading
from tombola.text.tables import Cells, TableOfText, declared_names, form_of, read_table

_HUB_ID = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?::([\w.-]+))?")
_PART = re.compile(r"-\d{5}-of-(\d{5})$")
PATIENCE = 5.0
"""Seconds until the hub has answered."""


def is_hub_id(data: Any) -> bool:
    """Whether data are named as on the hub, `owner/name` or `owner/name:configuration`."""
    return isinstance(data, str) and not Path(data).exists() and bool(_HUB_ID.fullmatch(data))


def tables_of(data: Any, form: str | None = None) -> Tables:
    """The tables of a file, folder, hub id, frame, `datasets.Dataset`, or of records, by split.

    A folder holds a file for each split, whose name says which it is, in one form or in Parquet's
    numbered parts; or what `datasets` has saved. A mapping has splits, or the columns of one table.
    Raises UserError where there is nothing that can be read.
    """
    if isinstance(data, str | Path):
        return _named(data, form)
    if isinstance(data, Mapping) and not _is_columns(data):
        return {str(name): [_in_memory(each, str(name))] for name, each in data.items()}
    return {"": [_in_memory(data, "the data")]}


def _named(data: str | Path, form: str | None) -> Tables:
    place = Path(data).expanduser()
    if place.is_file():
        return {"": [read_table(place, form)]}
    if place.is_dir():
        if is_saved(place):
            refuse_led_away(place)
            return _from_datasets(lambda library: library.load_from_disk(str(place)), str(place))
        return _in_folder(place, form)
    if is_hub_id(data):
        found = _HUB_ID.fullmatch(str(data))
        assert found is not None
        _check_hub(found[1])
        return _from_datasets(lambda library: library.load_dataset(found[1], found[2]), str(data))
    raise UserError(f"{data}: no such file or folder, and no hub id (OWNER/NAME)")


def _in_folder(folder: Path, form: str | None) -> Tables:
    """Files that are tables; those that tell no split are passed over where others do."""

    def tables(paths: Iterator[Path]) -> list[Path]:
        known = [path for path in sorted(paths) if path.is_file() and _is_form(path, form)]
        return [path for path in known if not path.name.startswith(".")]

    paths = tables(folder.iterdir()) or tables(folder.rglob("*"))
    if not paths:
        raise UserError(f"{folder}: no table there (csv, tsv, jsonl, parquet)")
    told = [path for path in paths if split_of(_stem(path))]
    by_name: dict[str, list[Path]] = {}
    for path in told or paths:
        by_name.setdefault(_stem(path) if told else "", []).append(path)
    for name, own in by_name.items():
        parts = [_PART.search(path.name.partition(".")[0]) for path in own]
        if told and len(own) > 1 and not all(parts):
            both = " and ".join(path.name for path in own[:2])
            raise UserError(f"{folder}: {both} could both be {name}; name a file or a format")
        expected = parts[0]
        if expected is not None and len(own) != int(expected[1]):
            raise UserError(f"{folder}: {len(own)} parts of {name}, expected {int(expected[1])}")
    return {name: [read_table(path, form) for path in own] for name, own in by_name.items()}


def _is_form(path: Path, form: str | None) -> bool:
    return form_of(path) is not None if form is None else form_of(path) in (form, None)


def _stem(path: Path) -> str:
    """A file's name without its endings and the number of its part."""
    return _PART.sub("", path.name.partition(".")[0]).lower()


def _check_hub(name: str) -> None:
    """Raise UserError where the hub cannot be asked: `datasets` would try for half a minute."""
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError

    if constants.HF_HUB_OFFLINE:  # what was fetched before is found without asking
        return
    try:
        if why := out_of_reach():
            raise OSError(why)
        HfApi().dataset_info(name, timeout=PATIENCE)
    except HfHubHTTPError as problem:
        said = " ".join(str(problem).split())[:200]
        raise UserError(f"{name}: no file here, and the hub says: {said}") from problem
    except Exception as problem:
        raise UserError(
            f"{name}: no file here, and the hub cannot be reached; what was fetched before is "
            "read with HF_HUB_OFFLINE=1"
        ) from problem


def _from_datasets(load: Any, where: str) -> Tables:
    """What `datasets` loads, by split. Raises UserError where it does not."""
    with extra("data"):
        import datasets  # takes a second
    try:
        found = load(datasets)
    except Exception as problem:  # the hub and its files fail in any way
        said = " ".join(str(problem).split())[:300] or type(problem).__name__
        raise UserError(f"{where}: no data could be had: {said}") from problem
    return tables_of(found)


def _is_columns(data: Mapping[Any, Any]) -> bool:
    """Whether a mapping has columns of cells, rather than splits of rows."""
    for value in data.values():
        if not isinstance(value, Sequence) or isinstance(value, str):
            return False
        if len(value) and isinstance(value[0], Mapping):
            return False
    return bool(data)


def _in_memory(data: Any, where: str) -> TableOfText:
    """Records, columns, a frame, or a `datasets.Dataset`."""
    if hasattr(data, "features") and hasattr(data, "column_names"):
        features = data.features.to_dict() if data.features is not None else {}
        names = tuple(data.column_names or ())
        return TableOfText(where, names, partial(_numbered, data, where), declared_names(features))
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        return _in_memory({str(name): data[name].tolist() for name in data.columns}, where)
    if isinstance(data, Mapping):
        if len({len(column) for column in data.values()}) != 1:
            raise UserError(f"{where}: columns of different length")
        rows = [dict(zip(data, cells, strict=True)) for cells in zip(*data.values(), strict=True)]
        return TableOfText(where, tuple(map(str, data)), partial(_numbered, rows, where))
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise UserError(
            f"{where}: a file, a folder, a hub id, a frame, a datasets.Dataset or a list of "
            f"mappings was expected, not {type(data).__name__}"
        )
    columns = next((tuple(map(str, row)) for row in data if isinstance(row, Mapping)), ())
    table = TableOfText(where, columns, partial(_numbered, data, where))
    if data and not columns:
        next(table.read())  # which says what the first row is
    return table


def _numbered(rows: Any, where: str, reading: Reading) -> Iterator[Cells]:
    def row(numbered: tuple[int, Any]) -> Cells:
        place = f"{where}: row {numbered[0]}"
        if not isinstance(numbered[1], Mapping):
            said = f"a mapping was expected, not {type(numbered[1]).__name__}"
            raise UserError(f"{place}: {said}")
        return place, numbered[1]

    return reading.each(enumerate(rows, 1), row)
