"""What a criterion is: it scores weights from evidence; what scores lowest is pruned first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor

from tombola.errors import UserError
from tombola.registry import Registry
from tombola.settings import Settings, as_wrong_values, validate

Need = Literal["nothing", "data", "gradients", "course"]
"""What a criterion looks at besides the weights.

nothing    the weights alone
data       batches of training examples, as the model reads them
gradients  the loss on such batches and its gradients
course     where training began: the weights before it
"""

Batch = Mapping[str, Tensor]


@dataclass(frozen=True)
class Evidence:
    """What a criterion may look at. What it does not need is not made."""

    weights: Mapping[str, Tensor]
    """The prunable parameters by name, as trained."""
    seed: int
    """Of whatever is random; another one in every round."""
    model: torch.nn.Module | None = None
    """The trained model, with its mask applied; a criterion leaves it as it was."""
    batches: Callable[[], Iterable[Batch]] | None = None
    """Batches of training examples, the same ones at each call."""
    loss: Callable[[torch.nn.Module, Batch], Tensor] | None = None
    """Mean loss of a batch."""
    start: Callable[[], Mapping[str, Tensor]] | None = None
    """All weights before training began."""

    def gradients(self) -> Iterator[dict[str, Tensor]]:
        """The gradient of each batch's mean loss, by the prunable parameters' names.

        The model is in evaluation mode (no dropout) and comes out as it went in.
        """
        if self.model is None or self.batches is None or self.loss is None:
            raise UserError("this criterion needs gradients, and so a task to take them on")
        model, device = self.model, next(self.model.parameters()).device
        named = {name: p for name, p in model.named_parameters() if name in self.weights}
        training = model.training
        model.eval()
        try:
            for batch in self.batches():
                inputs = {name: value.to(device) for name, value in batch.items()}
                found = torch.autograd.grad(self.loss(model, inputs), list(named.values()))
                yield dict(zip(named, found, strict=True))
        finally:
            model.train(training)


class NoSettings(Settings):
    """A criterion without anything to set."""


class Looking(Settings):
    """Of a criterion that reads training examples."""

    examples: int = Field(256, gt=0)
    """Training examples that it reads, the first ones in the task's order."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time."""


S = TypeVar("S", bound=Settings)


class Criterion(Generic[S]):
    """One short file in this folder, or in a plug-in, enters one."""

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised when its scores change."""
    about: ClassVar[str]
    """One line for lists."""
    needs: ClassVar[Need] = "nothing"
    prunes: ClassVar[bool] = True
    """False for the control that prunes nothing."""
    settings: type[S]

    def score(self, evidence: Evidence, settings: S) -> Mapping[str, Tensor]:
        """A score for every entry of every parameter in `evidence.weights`."""
        raise NotImplementedError


CRITERIA: Registry[Criterion[Any]] = Registry("criterion", "tombola.tickets.criteria")
"""Criteria by name."""


class Choice(Settings):
    """A criterion as a user names it: by its name, or by a mapping with its settings too."""

    name: str
    """Which criterion; its name alone may stand for the mapping."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """The criterion's own settings; they may stand beside `name`, too."""

    @model_validator(mode="before")
    @classmethod
    def _from_name_or_mapping(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and "settings" not in value:
            return {
                "name": value.get("name"),
                "settings": {k: value[k] for k in value if k != "name"},
            }
        return value

    @model_validator(mode="after")
    def _known(self) -> "Choice":
        with as_wrong_values():
            self.chosen()
        return self

    @property
    def label(self) -> str:
        """As tables name it: `magnitude`, `gradient examples=64`."""
        return " ".join([self.name, *(f"{k}={v}" for k, v in self.settings.items())])

    @property
    def criterion(self) -> Criterion[Any]:
        """The criterion itself."""
        return CRITERIA[self.name]

    def chosen(self) -> Settings:
        """Its settings, checked. Raises UserError for an unknown criterion or setting."""
        return validate(CRITERIA[self.name].settings, self.settings, f"criterion {self.name}: ")

    def facts(self) -> dict[str, Any]:
        """What determines its scores, for a hash."""
        found = {
            "name": self.name,
            "version": self.criterion.version,
            **self.chosen().model_dump(mode="json", exclude_defaults=True),
        }
        code = CRITERIA.digest(self.name)
        return found | ({"code": code} if code else {})


class Lazy(Mapping[str, Tensor]):
    """Tensors that are computed anew at each look-up, so that never all of them exist at once."""

    def __init__(
        self, weights: Mapping[str, Tensor], compute: Callable[[str, Tensor], Tensor]
    ) -> None:
        self._weights = weights
        self._compute = compute

    def __getitem__(self, name: str) -> Float[Tensor, "..."]:
        return self._compute(name, self._weights[name].detach())

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __contains__(self, name: object) -> bool:
        return name in self._weights  # Mapping's own would compute the tensor
