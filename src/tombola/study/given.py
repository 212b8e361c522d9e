"""Tasks and models in memory, in the place of what a recipe names."""

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tombola.tasks import Task
    from tombola.tickets import Ticket


@dataclass(frozen=True)
class InMemory:
    """What a program has already, by the names that the recipe gives it.

    The recipe says where it came from, as far as that is known; a study of it is done by the
    process that holds it.
    """

    tasks: "Mapping[str, Task]" = field(default_factory=dict)
    tickets: "Mapping[str, Ticket]" = field(default_factory=dict)

    def model(self, name: str) -> Any:
        """A copy of a model, on the CPU, in float32, in evaluation mode."""
        return copy.deepcopy(self.tickets[name].model).cpu().float().eval()

    def digest(self, name: str) -> str:
        """Hash of a model's configuration, weights and mask, and of what its tokenizer knows."""
        ticket, digest = self.tickets[name], hashlib.blake2b(digest_size=6)
        live: Any = ticket.model
        digest.update(type(live).__name__.encode() + live.config.to_json_string().encode())
        for key, value in sorted(live.state_dict().items()):
            plain = value.detach().cpu().contiguous()
            digest.update(f"{key} {tuple(plain.shape)} {plain.dtype} ".encode())
            digest.update(plain.float().numpy().tobytes())
        digest.update((ticket.mask.digest if ticket.mask is not None else "").encode())
        from tombola.tasks import tokenizer_digest

        digest.update(tokenizer_digest(ticket.tokenizer).encode())
        return digest.hexdigest()
