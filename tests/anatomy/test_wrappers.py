"""What other libraries put around a model or into it: taken off everywhere, or refused by name."""

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils import prune as torch_prune

import tombola
import toys
from tombola.anatomy import anatomy, live_weights, unwrapped
from tombola.errors import UserError
from tombola.masks import apply


class Adapted(nn.Linear):
    """As a layer of PEFT: it comes from a module of that name."""


Adapted.__module__ = "peft.tuners.lora.layer"


def adapted(model: nn.Module) -> nn.Module:
    model.classifier = Adapted(16, 2)
    return model


def masked(model: nn.Module) -> nn.Module:
    torch_prune.l1_unstructured(model.classifier, "weight", 0.5)
    return model


def parametrised(model: nn.Module) -> nn.Module:
    parametrize.register_parametrization(model.classifier, "weight", nn.Identity())
    return model


def quantised(model: nn.Module) -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(model.eval(), {nn.Linear}, dtype=torch.qint8)


REFUSED = {
    "merge_and_unload": adapted,
    r"prune\.remove": masked,
    "remove_parametrizations": parametrised,
    "quantised": quantised,
}
VERBS: dict[str, Callable[[nn.Module], object]] = {
    "prune": lambda model: tombola.prune(model, 0.5),
    "inspect": tombola.inspect,
    "remove": lambda model: tombola.remove(model, {"encoder.0.self": [0]}),
    "anatomy": anatomy,
    "gated": lambda model: tombola.gated(model, tombola.Gates()).__enter__(),
    "apply": lambda model: apply(model, tombola.Mask({})),
}


@pytest.mark.parametrize("said", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_weights_that_are_not_what_they_seem_are_refused_by_every_verb(said: str):
    model = REFUSED[said](toys.bert())
    for verb in VERBS.values():
        with pytest.raises(UserError, match=said) as refused:
            verb(model)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "wrap",
    [nn.DataParallel, lambda model: torch.optim.swa_utils.AveragedModel(model), torch.compile],
    ids=["DataParallel", "AveragedModel", "compile"],
)
def test_what_stands_around_a_model_is_taken_off(wrap: Callable[[nn.Module], nn.Module]):
    wrapped = wrap(toys.bert())
    ticket = tombola.prune(wrapped, 0.5)
    assert ticket.mask == tombola.prune(toys.bert(), 0.5).mask
    inner = unwrapped(wrapped)
    assert tombola.inspect(wrapped).sets["matrices"].sparsity == 0.5
    assert all("module" not in name for name in live_weights(wrapped))
    assert type(tombola.remove(ticket, {"encoder.0.self": [0]}).model) is type(inner)


def test_weights_that_are_not_in_memory_are_refused():
    with torch.device("meta"):
        model = type(toys.bert())(toys.bert().config)
    assert anatomy(model).count() > 0  # shapes are all that this needs
    with pytest.raises(UserError, match="meta device"):
        tombola.prune(model, 0.5)
    model.classifier._hf_hook = object()
    with pytest.raises(UserError, match="accelerate has offloaded it"):
        tombola.prune(model, 0.5)
