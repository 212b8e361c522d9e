from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification, BertForSequenceClassification

import tombola
import toys
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.tasks import word_tokenizer
from tombola.tickets import Ticket


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ticket on disk."""
    drawn = tombola.prune(toys.bert(), 0.4)
    ticket = Ticket(drawn.model, drawn.mask, word_tokenizer(["a b c"]), {"round": 1})
    return ticket.save(tmp_path / "ticket")


def zeros(model: torch.nn.Module) -> int:
    """Zero entries of the encoder's matrices."""
    matrices = [p for n, p in model.named_parameters() if "encoder" in n and p.ndim == 2]
    return sum(int((p == 0).sum()) for p in matrices)


def test_a_ticket_loads_with_plain_from_pretrained_and_holds_its_zeros(folder: Path):
    n_pruned = tombola.load(folder).mask.n_pruned
    assert n_pruned > 0
    for loader in (BertForSequenceClassification, AutoModelForSequenceClassification):
        assert zeros(loader.from_pretrained(folder)) == n_pruned


def test_load_restores_model_mask_tokenizer_and_provenance(folder: Path):
    drawn = tombola.prune(toys.bert(), 0.4)
    ticket = tombola.load(folder)
    assert ticket.mask == drawn.mask
    assert type(ticket.model) is BertForSequenceClassification
    assert ticket.provenance == {"round": 1}
    assert ticket.tokenizer.get_vocab().keys() >= {"a", "b", "c"}
    for name, parameter in ticket.model.named_parameters():
        assert torch.equal(parameter, drawn.model.get_parameter(name))


def test_a_model_that_is_no_ticket_loads_without_a_mask(tmp_path: Path):
    toys.bert().save_pretrained(tmp_path / "model")
    word_tokenizer(["a"]).save_pretrained(tmp_path / "model")
    ticket = tombola.load(tmp_path / "model")
    assert ticket.mask is None
    assert ticket.provenance == {}


def test_an_existing_folder_is_never_overwritten(folder: Path):
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(UserError, match="exists already"):
        tombola.load(folder).save(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_mask_of_another_model_is_refused(folder: Path, tmp_path: Path):
    tombola.prune(toys.bert(layers=2), 0.4).save(tmp_path / "other")
    (folder / MASK_FILE).write_bytes((tmp_path / "other" / MASK_FILE).read_bytes())
    with pytest.raises(UserError, match="mask of another model"):
        tombola.load(folder)


def test_weights_that_were_changed_after_the_mask_are_refused(folder: Path):
    toys.bert(seed=3).save_pretrained(folder)
    with pytest.raises(UserError, match=r"masked weights of .* are not zero"):
        tombola.load(folder)


def test_a_failed_save_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ticket = tombola.prune(toys.bert(), 0.4)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ticket.model, "save_pretrained", full)
    with pytest.raises(OSError, match="No space"):
        ticket.save(tmp_path / "ticket")
    assert list(tmp_path.iterdir()) == []


def test_a_ticket_can_be_pruned_further(folder: Path):
    further = tombola.prune(folder, 0.5)
    first = tombola.load(folder).mask
    assert (further.mask - first).n_pruned == first.n
    remaining = first.n - first.n_pruned
    assert further.mask.n_pruned == first.n_pruned + round(0.5 * remaining)


def test_a_ticket_without_a_tokenizer_loads_without_one(tmp_path: Path):
    tombola.prune(toys.bert(), 0.4).save(tmp_path / "bare")
    assert tombola.load(tmp_path / "bare").tokenizer is None
