"""On what is measured: device, threads, versions."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import transformers

from tombola.errors import UserError


@dataclass(frozen=True)
class Machine:
    """What a time depends on besides the model."""

    device: str
    threads: int
    """Of torch, on the CPU."""
    cpus: int
    platform: str
    dtype: str
    python: str
    torch: str
    transformers: str


def machine(device: torch.device, dtype: str) -> Machine:
    """Describe this machine as it is set now."""
    name = str(device)
    if device.type == "cuda":
        name += f" ({torch.cuda.get_device_name(device)})"
    return Machine(
        device=name,
        threads=torch.get_num_threads(),
        cpus=os.cpu_count() or 1,
        platform=f"{platform.system()} {platform.machine()}",
        dtype=dtype,
        python=platform.python_version(),
        torch=torch.__version__,
        transformers=transformers.__version__,
    )


@contextmanager
def threads(n: int | None) -> Iterator[None]:
    """Let torch compute on `n` threads of the CPU, as before where None; as before afterwards.

    Raises UserError where the machine has fewer.
    """
    cpus = os.cpu_count() or 1
    if n is not None and n > cpus:
        raise UserError(f"threads: {n}, but this machine has {cpus} CPUs")
    before = torch.get_num_threads()
    torch.set_num_threads(n or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
