"""What a sweep found, from its folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import tables, tickets
from tombola.errors import UserError
from tombola.files import link_or_copy
from tombola.report.parts.sweep import table_of, told
from tombola.results import Record, Result

if TYPE_CHECKING:
    import pandas as pd

    from tombola.report.paper import PaperTable
    from tombola.tickets import Ticket

TICKET = "ticket"
"""The folder of the winning ticket within a sweep's."""


@dataclass(frozen=True, repr=False)
class Swept(Result):
    """What a sweep found; `print` it to read it."""

    out: Path
    """The folder of it all: `report.html`, `tables`, the ticket."""
    frame: "pd.DataFrame"
    """A row for each model that was scored, as in the table `sweep`."""
    notes: tuple[str, ...] = ()
    """What a person should know: what was cut, guessed, or is unknown."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in words."""
        return tuple(told(self.frame))

    @property
    def sparsity(self) -> float:
        """Share of what may be pruned that is gone in the ticket, 0 to 1; 0 where nothing may."""
        return float(self.frame.loc[self.frame["chosen"], "sparsity"].iloc[0])

    @property
    def table(self) -> "PaperTable":
        """Sizes and scores, as text."""
        return table_of(self.frame)

    @property
    def folder(self) -> Path | None:
        """Where the ticket is; None where no size held."""
        place = self.out / TICKET
        return place if place.is_dir() else None

    @property
    def ticket(self) -> "Ticket":
        """The sparsest model that held. Raises UserError where none did."""
        if self.folder is None:
            raise UserError(f"{self.out}: no size held, so there is no ticket")
        return tickets.load(self.folder)

    @property
    def report(self) -> Path:
        """The page with table, figure, and every fact behind them."""
        return self.out / "report.html"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "sentences": list(self.sentences),
            "sparsity": self.sparsity,
            "ticket": None if self.folder is None else str(self.folder),
            "report": str(self.report),
            "notes": list(self.notes),
            "sizes": self.frame.to_dict("records"),
        }

    def to_frame(self) -> "pd.DataFrame":
        """A row for each model that was scored."""
        return self.frame

    def lines(self) -> tuple[str, ...]:
        """The answer, and where the rest is."""
        return (*self.sentences, *self.notes, f"report: {self.report}")

    def printed(self) -> list[Record]:
        """The sizes, as text."""
        return [dict(zip(self.table.header, row, strict=True)) for row in self.table.rows]


def found_in(out: Path, notes: tuple[str, ...]) -> Swept:
    """What stands in a sweep's folder, its ticket linked to where a user looks for it."""
    frame = tables.read(out / "tables", "sweep")
    won = frame[frame["chosen"]].iloc[0]
    place = out / TICKET
    shutil.rmtree(place, ignore_errors=True)
    if won["role"] == "drawn":
        shutil.copytree(out / "stages" / won["model"] / "model", place, copy_function=link_or_copy)
    return Swept(out, frame, notes)
