"""Examples of one split of a GLUE task, from one file of any of its forms."""

from pathlib import Path

from tombola.errors import UserError
from tombola.text.examples import SentenceExample
from tombola.text.glue.layouts import Layout
from tombola.text.glue.tsv import read_tsv
from tombola.text.reading import Reading

ENDINGS = (".tsv", ".parquet", ".jsonl", ".json", ".csv")


def read_split(
    path: Path, layout: Layout, hidden: bool = False, reading: Reading | None = None
) -> tuple[list[SentenceExample], int]:
    """Examples of one file of any of the forms, and how many rows were left out.

    Left out are broken rows (`Layout.may_break`) and those without gold (`Layout.may_lack_gold`).
    With `hidden` it is a test file: labels are None. A `reading` says what is done about rows that
    are none. Raises UserError with file and line.
    """
    if _ending(path) == ".tsv":
        return read_tsv(path, layout, hidden, reading)
    from tombola.text.glue.hub import read_hub  # it needs pyarrow, which takes long to import

    return read_hub(path, layout, hidden, reading)


def _ending(path: Path) -> str:
    ending = Path(path.name.removesuffix(".gz")).suffix
    if ending not in ENDINGS:
        raise UserError(f"{path}: expected one of {', '.join(ENDINGS)}")
    return ending
