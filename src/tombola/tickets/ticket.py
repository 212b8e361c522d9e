"""A ticket on disk: an ordinary model folder whose weights hold zeros, with its mask beside it."""

import warnings
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola.anatomy import (
    has_tokenizer,
    hub_folder,
    load_model,
    load_tokenizer,
    pad_alike,
    write_model,
)
from tombola.anatomy.saved.manifest import weights_checksum
from tombola.anatomy.sources import weight_files
from tombola.errors import UserError
from tombola.files import MASK_FILE, as_path, new_folder, read_json, write_json
from tombola.masks import Mask, revived
from tombola.masks import load as load_mask
from tombola.masks import save as save_mask
from tombola.results import Record, Result
from tombola.tickets.provenance import after

if TYPE_CHECKING:
    import torch

PROVENANCE_FILE = "ticket.json"
WEIGHTS = "weights"
"""The key of the provenance file under which it says which weights it was written for."""


class UnreadableTokenizer(UserWarning):
    """A model came without its tokenizer, which is there and cannot be read: it reads no text."""


@dataclass(frozen=True, repr=False)
class Ticket(Result):
    """A sparse model, its mask, and where it comes from."""

    model: "torch.nn.Module"
    mask: Mask | None
    """None for a model that was not pruned here."""
    tokenizer: Any = None
    """None where the folder holds none, or one that cannot be read."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """How it was drawn: criterion, scope, round, seed, signature, …"""

    @property
    def sparsity(self) -> float:
        """Pruned share of what may be pruned, 0 to 1; 0 where nothing was pruned here."""
        return 0.0 if self.mask is None else self.mask.sparsity

    def evaluate(self, task: Any = None, folder: str | Path | None = None, **asked: Any) -> Any:
        """`tombola.evaluate` of this ticket; by default on the task that it was trained on."""
        # A verb knows tickets, and not the other way round; this is but the name that people seek.
        return import_module("tombola.verbs").evaluate(self, task, folder, **asked)

    def lines(self) -> tuple[str, ...]:
        """Of which model, and how much of it is pruned."""
        name = type(self.model).__name__
        if self.mask is None:
            return (f"{name}, nothing pruned",)
        one = self.mask
        return (
            f"{name}, {one.n_pruned:,} of {one.n:,} prunable weights pruned ({one.sparsity:.1%}), "
            f"mask {one.digest}",
        )

    def records(self) -> list[Record]:
        """A row for each tensor of the mask."""
        return [] if self.mask is None else self.mask.records()

    def save(self, folder: str | Path) -> Path:
        """Write a folder that appears whole or not at all.

        It loads with `tombola.load`, and with plain `from_pretrained` unless parts of uneven sizes
        were removed from the model. Raises UserError where the folder exists, and where a masked
        weight is not zero: the model was trained without its mask.
        """
        folder = as_path(folder)
        check_zeros(self)
        with new_folder(folder) as draft:
            write_ticket(draft, self, folder.name)
        return folder


def write_ticket(folder: Path, ticket: Ticket, name: str = ".", companions: bool = True) -> None:
    """Write the files of a ticket into an existing folder; `name` is what its page calls it.

    With `companions` what stood beside the model where it came from comes along. Raises UserError
    where a masked weight is not zero.
    """
    check_zeros(ticket)
    mask = ticket.mask
    note = "" if mask is None else _note(mask)
    write_model(folder, ticket.model, ticket.tokenizer, name, note, companions)
    if mask is not None:
        save_mask(mask, folder / MASK_FILE, architecture=type(ticket.model).__name__)
    write_json(folder / PROVENANCE_FILE, {**ticket.provenance, WEIGHTS: _checksums(folder)})


def load(source: str | Path, **kwargs: Any) -> Ticket:
    """Load a model with its tokenizer and, where it is a ticket, its mask and provenance.

    The mask goes by the names of the model that is made: a ticket of a bare model may be loaded
    with a head, and the other way round. A tokenizer that cannot be read is left out with a
    warning.

    Args:
        source: a ticket's folder, any model folder, or a hub id.
        kwargs: passed to `tombola.anatomy.load_model` (`head`, `n_labels`, `seed`).

    Raises:
        UserError: no such model, an unsupported one, or a mask that does not fit its weights.
    """
    source = str(as_path(source))
    model = load_model(source, **kwargs)
    folder = Path(source) if Path(source).exists() else hub_folder(source)
    tokenizer = _tokenizer(source)
    pad_alike(model, tokenizer)
    ticket = Ticket(model, mask_in(folder, model), tokenizer, _provenance(folder))
    check_zeros(ticket, f"{folder}: ")
    return ticket


def mask_in(folder: Path, model: "torch.nn.Module") -> Mask | None:
    """The mask in a ticket's folder by the names that a model has; None where there is none.

    Raises UserError where it is of another body, or cannot be read.
    """
    path = folder / MASK_FILE
    return load_mask(path, model=model) if path.is_file() else None


def check_zeros(ticket: Ticket, where: str = "") -> None:
    """Raise UserError where a masked weight is not zero: mask and weights are of two models."""
    if ticket.mask is None:
        return
    for name, n in revived(ticket.mask, ticket.model).items():
        raise UserError(
            f"{where}{n:,} masked weights of {name} are not zero: the model was trained without "
            "its mask, or given other weights. Train with `tombola.MaskCallback(mask)`; "
            "`tombola.masks.apply(model, mask)` makes them zero again, "
            "`tombola.Ticket(model, None)` forgets the mask"
        )


def _provenance(folder: Path) -> dict[str, Any]:
    """What a ticket says of itself; what was true of other weights stands under `before`."""
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return {}
    try:
        said = read_json(path)
    except (OSError, ValueError) as problem:
        raise UserError(f"{path}: damaged: {problem}; remove it, the model stays") from problem
    if not isinstance(said, dict):
        raise UserError(f"{path}: a ticket's page is a JSON object; remove it, the model stays")
    known = said.pop(WEIGHTS, None)
    if known is None or known == _checksums(folder):
        return said
    return after(said, changed=f"the weights were written anew after {PROVENANCE_FILE}")


def _checksums(folder: Path) -> dict[str, str]:
    """Checksums of the files of weights, by name; of those that are here."""
    files = [file for file in weight_files(folder) if file.is_file()]
    return {file.name: weights_checksum(file) for file in files}


def _tokenizer(source: str) -> Any:
    if not has_tokenizer(source):
        return None
    try:
        return load_tokenizer(source)
    except UserError as problem:
        warnings.warn(str(problem), UnreadableTokenizer, stacklevel=3)
        return None


def _note(mask: Mask) -> str:
    return (
        f"Pruned with tombola: of the {mask.n:,} weights that could go, {mask.n_pruned:,} "
        f"({mask.sparsity:.1%}) are zero (`{MASK_FILE}`). What follows was written for the model "
        "before that."
    )
