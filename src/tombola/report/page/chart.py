"""A chart as the page and the figures' folder hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ShownChart:
    """A chart and what it shows."""

    figure: str
    """Name of the figure."""
    stem: str
    """Its files' name without the ending; also its place in the page."""
    spec: Mapping[str, Any]
    which: str
    """What it shows, in words: experiment, probe, …"""
    finding: str = ""
    """What its table says of it, in a sentence."""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of `FACETS` that its rows have."""

    @property
    def id(self) -> str:
        """Its element in the page."""
        return f"chart-{self.stem}"

    @property
    def title(self) -> str:
        """What is shown, without how."""
        return str(self.spec.get("usermeta", {}).get("title", self.which))

    @property
    def alt(self) -> str:
        """What is read aloud in place of the picture: what it shows, and what that says."""
        return " ".join(filter(None, [str(self.spec["description"]), self.finding]))
