"""What other libraries put around a model or into it: taken off, or refused by name."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized
from torch.nn.utils.prune import BasePruningMethod

from tombola.errors import UserError

_AROUND = {
    "OptimizedModule": "_orig_mod",
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
}
"""Classes that hold the model itself, and where: `torch.compile`, data parallelism, EMA."""

_INSIDE = {
    "peft": "PEFT keeps adapters apart from the weights: merge them first "
    "(`model.merge_and_unload()`)",
    "torch.ao": "torch.ao has quantised it: use the model as it was before",
    "torch.quantization": "torch.quantization has quantised it: use the model as it was before",
    "torchao": "torchao has quantised it: use the model as it was before",
    "bitsandbytes": "bitsandbytes has quantised it: load it without `quantization_config`",
    "auto_gptq": "GPTQ has quantised it: use the model as it was before",
    "gptqmodel": "GPTQ has quantised it: use the model as it was before",
    "awq": "AWQ has quantised it: use the model as it was before",
    "hqq": "HQQ has quantised it: use the model as it was before",
    "optimum": "optimum has changed its modules: use the model as it was before",
    "deepspeed": "DeepSpeed has wrapped it: gather the weights into a plain model first",
    "torch.distributed.fsdp": "FSDP has sharded it: gather the weights into a plain model first",
    "torch.distributed.tensor": "its weights are spread over devices: gather them into a plain "
    "model first",
}
"""Beginnings of the names of modules that classes come from, and what to do about them."""


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, without what `torch.compile`, data parallelism or EMA put around it.

    Raises UserError, which names the wrapper and the way out, where weights are not what they seem:
    adapters, masks or parametrisations of torch's own, quantised or sharded weights.
    """
    while (inner := _AROUND.get(type(model).__name__)) and hasattr(model, inner):
        model = getattr(model, inner)
    for module in model.modules():
        problem = _problem(module)
        if problem:
            raise UserError(f"{type(model).__name__}: {problem}")
    return model


def live_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a model by every name they have, tied ones too.

    Raises UserError as `unwrapped` does, and where the weights are not in memory.
    """
    plain = unwrapped(model)
    found = dict(plain.named_parameters(remove_duplicate=False))
    for name, parameter in found.items():
        if parameter.is_meta:
            offloaded = any(hasattr(module, "_hf_hook") for module in plain.modules())
            why = (
                "accelerate has offloaded it: load it without `device_map`"
                if offloaded
                else "it is on the meta device: it has shapes alone; load its weights first"
            )
            raise UserError(f"{type(plain).__name__}: {name} is not in memory: {why}")
    return found


def _problem(module: nn.Module) -> str:
    """Why a module's weights are not what they seem; empty where they are."""
    for origin in _origins(module):
        for prefix, said in _INSIDE.items():
            if origin == prefix or origin.startswith(f"{prefix}."):
                return said
    if any(isinstance(hook, BasePruningMethod) for hook in module._forward_pre_hooks.values()):
        return (
            "torch.nn.utils.prune holds it to masks of its own: make them permanent first "
            "(`torch.nn.utils.prune.remove(module, 'weight')`); the zeros stay"
        )
    if is_parametrized(module):
        return (
            "torch.nn.utils.parametrize computes its weights: make them permanent first "
            "(`parametrize.remove_parametrizations(module, 'weight')`)"
        )
    return ""


def _origins(module: nn.Module) -> Iterator[str]:
    """The modules that a module's class, and the classes of its tensors, come from."""
    yield type(module).__module__
    for parameter in module._parameters.values():
        if parameter is not None and type(parameter) is not nn.Parameter:
            yield type(parameter).__module__
        if parameter is not None and type(parameter.data) is not torch.Tensor:
            yield type(parameter.data).__module__
    for buffer in module._buffers.values():
        if isinstance(buffer, Tensor) and type(buffer) is not torch.Tensor:
            yield type(buffer).__module__
