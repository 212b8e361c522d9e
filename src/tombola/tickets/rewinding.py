"""Where retraining begins after a round."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Literal

from pydantic import field_validator, model_validator

from tombola.settings import Settings
from tombola.training.checkpoint import Checkpoint

START = {"start": 0.0}
WAYS = ("weights", "learning-rate", "learning-rate-as-published")


class Rewinding(Settings):
    """Where retraining begins after a round; `{learning-rate: 0.5}` or `{weights: start}` in short.

    `weights` puts every surviving weight, the optimizer and the learning rate back to an early
    step (Frankle et al. 2020); `learning-rate` keeps the trained weights and the optimizer and
    puts only the schedule back (Renda et al. 2020; sparse translation models of Movva & Zhao 2020,
    section 3). `learning-rate-as-published` does the latter as Movva and Zhao's program did it,
    which counts its last epoch in: see `course`.
    """

    what: Literal["weights", "learning-rate", "learning-rate-as-published"]
    """What goes back; `{WHAT: TO}` is both keys in short."""
    to: float | tuple[float, ...] = 0.0
    """The step to go back to, as a share of the whole run, 0 to below 1; a list has one for each
    round, the last of which holds from then on."""

    head: Literal["rewound", "as_published"] = "rewound"
    """Whether the task's head goes back with the weights. The public code of Chen et al. (2020)
    rewinds what belongs to the body only: heads go on from round to round (`as_published`)."""

    @model_validator(mode="before")
    @classmethod
    def _in_short(cls, value: Any) -> Any:
        short = [way for way in WAYS if way in value] if isinstance(value, dict) else []
        if len(short) != 1 or {"what", "to"} & {*value}:
            return value
        further = {key: each for key, each in value.items() if key != short[0]}
        to = value[short[0]]
        return {"what": short[0], "to": START.get(to, to) if isinstance(to, str) else to, **further}

    @field_validator("to")
    @classmethod
    def _shares(cls, value: float | tuple[float, ...]) -> float | tuple[float, ...]:
        shares = value if isinstance(value, tuple) else (value,)
        if not shares or not all(0 <= share < 1 for share in shares):
            raise ValueError("a share from 0 to below 1, or a list of such")
        return value

    @property
    def label(self) -> str:
        """As tables name it: `learning-rate 0.5`, `learning-rate 0.5×6 0.2`."""
        shares = self.to if isinstance(self.to, tuple) else (self.to,)
        runs = [(share, len(list(run))) for share, run in groupby(shares)]
        said = [self.what, *(f"{s:g}" + (f"×{n}" if n > 1 else "") for s, n in runs)]
        return " ".join([*said, *(["head kept"] if self.head == "as_published" else [])])

    def at(self, round_: int) -> "Rewinding":
        """That of one round, from 1 on."""
        if not isinstance(self.to, tuple):
            return self
        to = self.to[min(round_, len(self.to)) - 1]
        return Rewinding(what=self.what, to=to, head=self.head)

    @property
    def share(self) -> float:
        """The one share of a single round's rewinding."""
        assert not isinstance(self.to, tuple)  # `at` chose one
        return self.to

    def step(self, total_steps: int) -> int:
        """The step to go back to."""
        return round(self.share * total_steps)

    def course(self, total: int, before: int, epoch: int) -> tuple[int, int]:
        """The steps of the schedule at which retraining begins and ends.

        As published, updates go back to the share of those that the round before ended at, epochs
        to the share of all, and the last epoch is trained once more (`<=` where `<` was meant): of
        60 epochs rewound to half, 31 are trained, and the updates drift to 1.033 of the schedule.

        Args:
            total: steps of the schedule.
            before: the step at which the round before ended.
            epoch: steps of one epoch.
        """
        if self.what != "learning-rate-as-published":
            return self.step(total), total
        begin = int(self.share * before)
        behind = int(self.share * total / epoch) * epoch
        return begin, begin + total - behind + epoch


def with_head(early: Checkpoint, trained: Checkpoint, head: Iterable[str]) -> Checkpoint:
    """An early state with the trained values of some parameters."""
    kept = {name: trained.weights[name] for name in head}
    return Checkpoint(early.step, {**early.weights, **kept}, early.moments)


def rewind(rewinding: Rewinding, early: Checkpoint, trained: Checkpoint) -> Checkpoint:
    """The state in which retraining begins.

    Args:
        rewinding: what goes back.
        early: the dense run at the step to go back to.
        trained: the end of the run that was just pruned.
    """
    if rewinding.what == "weights":
        return early
    return Checkpoint(early.step, trained.weights, trained.moments)
