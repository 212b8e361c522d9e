"""One of several processes that share the batches of a training (DDP), through accelerate."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tombola.extras import extra
from tombola.masks import Mask
from tombola.masks.enforce import INTEGER
from tombola.training.ranks import Batch, Loss, part_of


class Together:
    """Process `number` of `n`; `meeting` is a file that does not exist, where they find each other.

    `accelerate` knows one group of processes at a time: this is for a process that does nothing
    else. Rows of a batch go to processes in their order, so that a batch has the same examples with
    any number of them, and its gradient is the same mean over labels.
    """

    def __init__(self, number: int, n: int, kind: str, meeting: str) -> None:
        """Meet the others; `kind` of device: cpu, cuda. Raises UserError without accelerate."""
        with extra("trainer"):
            from accelerate import Accelerator, DistributedDataParallelKwargs
        self.number, self.n, self.main = number, n, number == 0
        for name in [name for name in os.environ if name.startswith("ACCELERATE_")]:
            del os.environ[name]  # said of other trainings
        here = {"RANK": number, "LOCAL_RANK": number, "WORLD_SIZE": n, "LOCAL_WORLD_SIZE": n}
        os.environ.update({name: str(value) for name, value in here.items()})
        os.environ["OMP_NUM_THREADS"] = str(torch.get_num_threads())
        if kind == "cuda":
            torch.cuda.set_device(number)
        torch.distributed.init_process_group(
            "nccl" if kind == "cuda" else "gloo",
            init_method=f"file://{meeting}",
            rank=number,
            world_size=n,
        )
        # Poolers and heads that a loss does not use have no gradients.
        settings = DistributedDataParallelKwargs(find_unused_parameters=True)
        self._accelerator: Any = Accelerator(cpu=kind == "cpu", kwargs_handlers=[settings])

    @property
    def device(self) -> torch.device:
        """Where this process's model belongs."""
        device: torch.device = self._accelerator.device
        return device

    def wrap(self, model: torch.nn.Module, loss_of: Loss) -> Callable[[Batch], Tensor]:
        """The loss in DDP, which makes the first one's weights those of all."""
        wrapped: Callable[[Batch], Tensor] = self._accelerator.prepare(_Lossy(model, loss_of))
        return wrapped

    def part(self, batch: Batch) -> tuple[Batch, int]:
        """As many rows as the others see, or one more."""
        return part_of(batch, self.number, self.n)

    def waiting(self, model: Callable[[Batch], Tensor]) -> AbstractContextManager[None]:
        """DDP's `no_sync`."""
        held: AbstractContextManager[None] = self._accelerator.no_sync(model)
        return held

    def total(self, value: float) -> float:
        """The sum, in float64."""
        sent = torch.tensor(value, dtype=torch.float64, device=self.device)
        return float(self._accelerator.reduce(sent, "sum"))

    def agreed(self, mask: Mask) -> Mask:
        """The first one's bits, sent to all."""
        bits = {name: self._first(torch.from_numpy(mask.bits(name).copy())) for name in mask}
        return Mask.from_bits(mask.shapes, {name: np.asarray(b.cpu()) for name, b in bits.items()})

    @torch.no_grad()
    def check(self, model: torch.nn.Module, where: str) -> None:
        """By sums of the bits of each parameter."""
        sums = [p.view(INTEGER[p.itemsize]).sum(dtype=torch.int64) for p in model.parameters()]
        own = torch.stack(sums)
        if self.total(float((own != self._first(own.clone())).any())):
            raise RuntimeError(f"the processes of the training hold different weights {where}")

    def _first(self, value: Tensor) -> Tensor:
        """What the first process gives, in all of them."""
        from accelerate.utils import broadcast

        found: Tensor = broadcast(value.to(self.device))
        return found

    def leave(self) -> None:
        """Go, once all others are ready to."""
        self._accelerator.wait_for_everyone()
        self._accelerator.end_training()


class _Lossy(torch.nn.Module):
    """A model that answers a batch with its loss, which may look at all of the model."""

    def __init__(self, model: torch.nn.Module, loss_of: Loss) -> None:
        super().__init__()
        self.model = model
        self._loss_of = loss_of

    def forward(self, batch: Batch) -> Tensor:
        return self._loss_of(self.model, batch)
