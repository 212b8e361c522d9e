"""What a finished stage has to tell in a line: the score of its model, where it has one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.files import read_json
from tombola.study.parts import SCORE_FILE


@dataclass(frozen=True)
class News:
    """The score of a finished stage's model."""

    metric: str
    value: float | None
    """None where it is undefined."""
    low: float | None
    high: float | None
    """Ends of its 95% interval."""
    n: int
    """Examples scored."""
    chance: float | None

    def short(self) -> str:
        """Its value and interval alone, for lines that move on."""
        return self.words().partition(", ")[0]

    def words(self) -> str:
        """In one line."""
        if self.value is None:
            return f"{self.metric} undefined"
        reach = ""
        if self.low is not None and self.high is not None:
            reach = f" ({self.low:.3g}–{self.high:.3g})"
        chance = "" if self.chance is None else f", chance {self.chance:.3g}"
        return f"{self.metric} {self.value:.3g}{reach}{chance}, n {self.n:,}"


def news_of(folder: Path) -> News | None:
    """What the folder of a finished stage tells; None where it ends in no score."""
    try:
        found: dict[str, Any] = read_json(folder / SCORE_FILE)
        value, low, high = (found.get(each) for each in ("value", "low", "high"))
        chance = found.get("chance")
        return News(str(found["metric"]), value, low, high, int(found["n"]), chance)
    except (OSError, ValueError, KeyError, TypeError):
        return None
