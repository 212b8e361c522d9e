"""How a step names what it reads: models, other steps, and which of their stages."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from tombola.settings import Settings

Scalar = str | int | float | bool
"""A value of an axis."""

OWN_KEYS = ("of", "at", "where", "rename")


class Reference(Settings):
    """A model or a step by name: `tickets`, or `{of: tickets, round: 7, rename: {task: source}}`.

    In the long form every other key selects: it is an axis of the step, with the value or the
    values that are meant.
    """

    of: str
    """The name of a model or of a step above."""
    at: float | None = Field(None, ge=0, le=1)
    """A moment of the step's training, as a share of its run: the model as it was then. Without it
    the model at the end."""
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    """Axes of the step with the values that are meant."""
    rename: dict[str, str] = Field(default_factory=dict)
    """Axes under another name here, so that they do not meet one of the same name: a ticket's
    `task` as `source_task`, where every ticket is to meet every task."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"of": value}
        if isinstance(value, dict):
            selected = {key: value[key] for key in value if key not in OWN_KEYS}
            if selected:
                kept = {key: value[key] for key in value if key in OWN_KEYS}
                return {**kept, "where": {**kept.get("where", {}), **selected}}
        return value

    def chooses(self, at: dict[str, Scalar]) -> bool:
        """Whether a stage at this point of its axes is meant."""
        return all(at.get(axis) in self.values(axis) for axis in self.where)

    def values(self, axis: str) -> tuple[Scalar, ...]:
        """The values of an axis that are meant."""
        chosen = self.where[axis]
        return chosen if isinstance(chosen, tuple) else (chosen,)

    @property
    def pinned(self) -> frozenset[str]:
        """Axes that have one value here: they tell nothing apart, so nothing must share it."""
        return frozenset(axis for axis in self.where if len(self.values(axis)) == 1)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


References = Annotated[tuple[Reference, ...], BeforeValidator(_as_list), Field(min_length=1)]
"""One or several, each on its own."""
