"""A ticket on disk: an ordinary model folder whose weights hold zeros, with its mask beside it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.anatomy import has_tokenizer, load_model, load_tokenizer, write_model
from tombola.errors import UserError
from tombola.files import new_folder, read_json, write_json
from tombola.masks import Mask
from tombola.masks import load as load_mask
from tombola.masks import save as save_mask

if TYPE_CHECKING:
    import torch

MASK_FILE = "mask.safetensors"
PROVENANCE_FILE = "ticket.json"


@dataclass(frozen=True)
class Ticket:
    """A sparse model, its mask, and where it comes from."""

    model: "torch.nn.Module"
    mask: Mask | None
    """None for a model that was not pruned here."""
    tokenizer: Any = None
    """None where the folder holds none."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """How it was drawn: criterion, scope, round, seed, signature, …"""

    def save(self, folder: str | Path) -> Path:
        """Write a folder that appears whole or not at all.

        It loads with `tombola.load`, and with plain `from_pretrained` unless parts of uneven sizes
        were removed from the model. Raises UserError where the folder exists.
        """
        folder = Path(folder)
        with new_folder(folder) as draft:
            write_ticket(draft, self, folder.name)
        return folder


def write_ticket(folder: Path, ticket: Ticket, name: str = ".") -> None:
    """Write the files of a ticket into an existing folder; `name` is what its page calls it."""
    write_model(folder, ticket.model, ticket.tokenizer, name=name)
    if ticket.mask is not None:
        save_mask(ticket.mask, folder / MASK_FILE, architecture=type(ticket.model).__name__)
    write_json(folder / PROVENANCE_FILE, ticket.provenance)


def load(source: str | Path, **kwargs: Any) -> Ticket:
    """Load a model with its tokenizer and, where it is a ticket, its mask and provenance.

    Args:
        source: a ticket's folder, any model folder, or a hub id.
        kwargs: passed to `tombola.anatomy.load_model` (`head`, `n_labels`, `seed`).

    Raises:
        UserError: no such model, an unsupported one, or a mask that does not fit its weights.
    """
    model = load_model(str(source), **kwargs)
    folder = Path(source)
    mask, provenance = None, {}
    if (folder / MASK_FILE).is_file():
        mask = load_mask(folder / MASK_FILE, model=model)
        _check_zeros(folder, model, mask)
    if (folder / PROVENANCE_FILE).is_file():
        provenance = read_json(folder / PROVENANCE_FILE)
    tokenizer = load_tokenizer(str(source)) if has_tokenizer(source) else None
    return Ticket(model, mask, tokenizer, provenance)


def _check_zeros(folder: Path, model: "torch.nn.Module", mask: Mask) -> None:
    """Raise UserError where a masked weight is not zero: mask and weights are of two models."""
    weights = dict(model.named_parameters())
    for name, survives in mask.items():
        revived = int(weights[name][~survives].count_nonzero())
        if revived:
            raise UserError(
                f"{folder}: {revived:,} masked weights of {name} are not zero; "
                f"the weights were changed after {MASK_FILE} was written"
            )
