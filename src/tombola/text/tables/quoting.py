"""Whether a file of cells between tabs was written with quotes, as CSV is."""

import re
from pathlib import Path

from tombola.text.lines import read_lines

_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def is_quoted(path: Path) -> bool:
    r"""Whether all cells with a quotation mark are quoted as CSV is, for the whole of a file.

    GLUE's own files have no quotes: there a mark is a character, and stands anywhere. A writer of
    CSV (pandas' `to_csv(sep="\t")`) quotes every cell that holds one, and doubles those within. So
    a mark elsewhere tells the one, and a doubled one, or a quoted header, the other. Where there is
    nothing but cells like `"Yes"`, marks are characters. Raises UserError as `read_lines` does.
    """
    doubled = False
    carried = ""  # a cell that goes on in the next line
    for number, line in read_lines(path, mixed_ends=True):
        if '"' not in line and not carried:
            continue
        *cells, last = f"{carried}{line}".split("\t")
        carried = ""
        if last.startswith('"') and last.count('"') % 2:
            carried = f"{last}\n"
        else:
            cells.append(last)
        for cell in (cell for cell in cells if '"' in cell):
            if not _QUOTED.fullmatch(cell):
                return False
            doubled = doubled or '""' in cell[1:-1] or "\n" in cell or number == 1
    return doubled and not carried
