"""A mask goes where its model goes: through pruning, files, the hub, cuts and trainings."""

import json
from pathlib import Path

import pytest
import torch
from transformers import BertForSequenceClassification

import tombola
import toys
from tombola.anatomy import anatomy, inspect
from tombola.errors import UserError
from tombola.tickets import Ticket


def zeros(model: torch.nn.Module) -> float:
    return inspect(model).sets["matrices"].sparsity


@pytest.mark.parametrize("criterion", ["magnitude", "random"])
def test_pruning_again_and_again_goes_on(criterion: str):
    ticket = tombola.prune(toys.bert(), 0.2, criterion=criterion)
    ticket = tombola.prune(ticket, 0.2, criterion=criterion)
    ticket = tombola.prune(ticket.model, 0.2, criterion=criterion)
    assert ticket.mask.sparsity == pytest.approx(1 - 0.8**3, abs=1e-3)
    assert zeros(ticket.model) == ticket.mask.sparsity


def test_a_plain_folder_with_zeros_is_pruned_further(tmp_path: Path):
    tombola.prune(toys.bert(), 0.5).model.save_pretrained(tmp_path / "plain")
    again = tombola.prune(tmp_path / "plain", 0.2, criterion="random")
    assert again.mask.sparsity == pytest.approx(0.6, abs=1e-3)


def test_what_the_ticket_holds_beside_what_is_pruned_now_stays_held():
    first = tombola.prune(toys.bert(), 0.5)
    second = tombola.prune(first, 0.5, sets=("pooler",))
    assert zeros(second.model) == first.mask.sparsity
    assert second.mask.n == first.mask.n + 16 * 17


def test_sets_that_the_model_lacks_are_refused():
    with pytest.raises(UserError, match=r"no parameters of relative_position|sets"):
        tombola.prune(toys.tagger(), 0.5, sets=("pooler",))


def test_saving_refuses_what_loading_would(tmp_path: Path):
    ticket = tombola.prune(toys.bert(), 0.5)
    with torch.no_grad():
        ticket.model.bert.encoder.layer[0].output.dense.weight.add_(0.1)
    for act in (
        lambda: ticket.save(tmp_path / "t"),
        lambda: tombola.save(ticket, tmp_path / "t"),
        lambda: tombola.push_to_hub(ticket, "me/it"),
        lambda: tombola.prune(ticket, 0.2),
        lambda: tombola.remove(ticket, {"encoder.0.self": [0]}),
    ):
        with pytest.raises(UserError, match="trained without its mask"):
            act()
    assert not (tmp_path / "t").exists()


def test_the_hub_gives_back_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Hub:
        def create_repo(self, *args: object, **more: object) -> None: ...

        def upload_folder(self, repo_id: str, folder_path: Path) -> str:
            folder_path.rename(tmp_path / "sent")
            folder_path.mkdir()
            return repo_id

    monkeypatch.setattr("tombola.anatomy.saved.folder.HfApi", Hub)
    ticket = tombola.prune(toys.bert(), 0.5)
    tombola.push_to_hub(ticket, "me/half")
    monkeypatch.setattr("tombola.tickets.ticket.load_model", lambda source: ticket.model)
    monkeypatch.setattr("tombola.tickets.ticket.hub_folder", lambda source: tmp_path / "sent")
    monkeypatch.setattr("tombola.tickets.ticket.has_tokenizer", lambda source: False)
    back = tombola.load("me/half")
    assert back.mask == ticket.mask
    assert back.provenance["drawn"]["mask"] == ticket.mask.digest


def test_heads_and_layers_go_from_the_mask_as_from_the_model(tmp_path: Path):
    ticket = tombola.prune(toys.bert(layers=3), 0.5)
    cut = tombola.remove(
        ticket, {"encoder.0.self": [0], "encoder.2.self": [0, 1]}, layers={"encoder": [1]}
    )
    assert cut.mask == tombola.masks.zeros_of(cut.model, anatomy(cut.model).in_sets(("matrices",)))
    cut.save(tmp_path / "cut")
    assert tombola.load(tmp_path / "cut").mask == cut.mask
    page = (tmp_path / "cut" / "README.md").read_text()
    assert f"{cut.mask.n_pruned:,}" in page
    assert "None of its weights are masked" not in page


def test_what_was_said_of_the_model_before_is_not_said_of_the_ticket(tmp_path: Path):
    told = {"task": {"name": "CoLA"}, "score": {"value": 0.9}, "facts": {"seed": 1}}
    dense = Ticket(toys.bert(), None, None, told)
    for made in (tombola.prune(dense, 0.5), tombola.remove(dense, {"encoder.0.self": [0]})):
        assert made.provenance["task"] == told["task"]
        assert not {"score", "facts"} & set(made.provenance)
        assert made.provenance["before"] == told


def test_weights_written_anew_into_a_tickets_folder_lose_its_score(tmp_path: Path):
    told = {"task": {"name": "CoLA"}, "score": {"value": 0.9}}
    Ticket(toys.bert(), None, None, told).save(tmp_path / "dense")
    assert tombola.load(tmp_path / "dense").provenance == told
    toys.bert(seed=1).save_pretrained(tmp_path / "dense")
    found = tombola.load(tmp_path / "dense").provenance
    assert "score" not in found
    assert "written anew" in found["changed"]
    (tmp_path / "dense" / "ticket.json").write_text("{")
    with pytest.raises(UserError, match=r"ticket\.json: damaged"):
        tombola.load(tmp_path / "dense")


def test_half_precision_stays_where_nothing_is_lost(tmp_path: Path):
    toys.bert().half().save_pretrained(tmp_path / "half")
    ticket = tombola.prune(tmp_path / "half", 0.5)
    ticket.save(tmp_path / "same")
    ticket.model.classifier.bias.data.add_(1e-6)  # no half can say that
    assert ticket.model.dtype == torch.float32
    ticket.save(tmp_path / "finer")
    stored = {
        name: json.loads((tmp_path / name / "config.json").read_text())["dtype"]
        for name in ("same", "finer")
    }
    assert stored == {"same": "float16", "finer": "float32"}
    same = BertForSequenceClassification.from_pretrained(tmp_path / "same", dtype=torch.float32)
    for name, parameter in same.named_parameters():
        if "bias" not in name:
            assert torch.equal(parameter, ticket.model.get_parameter(name))
