"""An inspection that shows itself."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tombola.anatomy import Inspection
from tombola.results import Record, Result
from tombola.verbs.inspection.picture import picture
from tombola.verbs.inspection.text import render, text

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, repr=False)
class Portrait(Result, Inspection):
    """What a model is made of: values to work with, text to read, a picture to look at."""

    @classmethod
    def of(cls, inspection: Inspection) -> "Portrait":
        """The same values."""
        return cls(**{field.name: getattr(inspection, field.name) for field in fields(inspection)})

    def lines(self) -> tuple[str, ...]:
        """Its size and sparsity."""
        zeros = self.total.zeros
        sparse = "" if zeros is None else f", {zeros:,} of them zero"
        return (f"{self.source}: {self.architecture}, {self.total.n:,} parameters{sparse}",)

    def records(self) -> list[Record]:
        """A row for each parameter set."""
        return [{"set": name, **count.to_dict()} for name, count in self.sets.items() if count.n]

    def __str__(self) -> str:
        """As a person reads it, 100 columns wide."""
        return text(self)

    def __rich__(self) -> "RenderableType":
        """As rich prints it, as wide as the terminal."""
        return render(self)

    def svg(self) -> str:
        """A picture of it, as the text of an SVG file."""
        return picture(self)
