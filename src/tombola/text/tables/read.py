"""One door to every form of table."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from tombola.errors import UserError
from tombola.text.tables.table import TableOfText

_READERS = {
    "csv": ("delimited", "read_csv", (".csv",)),
    "tsv": ("delimited", "read_tsv", (".tsv", ".tab")),
    "jsonl": ("objects", "read_json", (".jsonl", ".json", ".ndjson")),
    "parquet": ("parquet", "read_parquet", (".parquet", ".pq")),
}
TABLE_FORMS: Mapping[str, tuple[str, ...]] = {name: each[2] for name, each in _READERS.items()}
"""Forms of tables by name, and how their files' names end, before `.gz` where they are packed."""


def form_of(path: Path) -> str | None:
    """The form that a file's ending tells; None where it tells none."""
    name = path.name.lower().removesuffix(".gz")
    return next((form for form, ends in TABLE_FORMS.items() if name.endswith(ends)), None)


def read_table(path: Path, form: str | None = None) -> TableOfText:
    """A table of a named form, or of the one that the file's ending tells.

    Raises UserError where there is no such file or form, none is told, or it cannot be read.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    chosen = form or form_of(path)
    if chosen is None:
        ends = ", ".join(end for each in TABLE_FORMS.values() for end in each)
        raise UserError(
            f"{path}: its ending tells no form of table ({ends}); name a format: "
            f"{', '.join(TABLE_FORMS)}"
        )
    if chosen not in _READERS:
        raise UserError(f"no format {chosen!r} of tables; allowed: {', '.join(TABLE_FORMS)}")
    module, reader, _ = _READERS[chosen]
    read: Callable[[Path], TableOfText] = getattr(
        import_module(f"{__package__}.{module}"),
        reader,  # each needs a library of its own
    )
    return read(path)
