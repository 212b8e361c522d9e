"""What verbs find shows itself to people: printed, in a notebook, as a frame."""

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

import tombola
from tombola import verbs
from tombola.masks import Mask, overlap
from tombola.results import MOST, Listed, Record, Result
from tombola.tickets import Ticket

BAD = "<script>alert(1)</script>"


@dataclass(frozen=True, repr=False)
class Weather(Result):
    """A result like any other."""

    days: int
    text: str = "mild"

    def lines(self) -> tuple[str, ...]:
        return (f"{self.days} days, {self.text}", "and nights")

    def records(self) -> list[Record]:
        return [{"day": i, "rain_mm": i / 3, "note": self.text} for i in range(self.days)]


def test_it_is_short_in_a_list_a_table_in_print_and_whole_as_a_frame() -> None:
    found = Weather(40)
    assert repr(found) == "Weather(40 days, mild)"
    said = str(found).splitlines()
    assert said[:3] == ["40 days, mild", "and nights", "day  rain mm  note"]
    assert said[4].split() == ["1", "0.3333", "mild"]
    assert said[-1] == f"… and {40 - MOST} more rows: to_frame() has all"
    pd.testing.assert_frame_equal(found.to_frame(), pd.DataFrame(found.records()))
    assert len(repr(Weather(2, "x" * 5000))) < 200
    assert str(Weather(0)) == "0 days, mild\nand nights"


def test_nothing_in_a_notebook_is_markup_of_others() -> None:
    page = Weather(2, BAD)._repr_html_()
    assert "<script" not in page
    assert page.count("&lt;script") == 3
    assert Weather(0, BAD)._repr_html_().count("<table") == 0


def test_a_list_stays_a_list() -> None:
    found = Listed([Weather(1), Weather(2)], "weeks", ("days",))
    assert found == [Weather(1), Weather(2)]
    assert (repr(found), len(found), found[1].days) == ("Listed(2 weeks)", 2, 2)
    assert str(found).splitlines() == ["2 weeks", "days", "   1", "   2"]
    assert list(found.to_frame()["text"]) == ["mild", "mild"]


def test_every_class_of_results_is_short_and_says_its_lines() -> None:
    """A new result mixes it in: what verbs export and is a class shows itself."""
    shown = {
        name: thing for name in verbs.__all__ if inspect.isclass(thing := getattr(verbs, name))
    }
    plain = {"MaskPair", "MasksTogether", "Asked"}  # within another, or asked of the user
    plain |= {"AtWork", "Ended", "Moment", "Watching"}  # of a run that goes on
    for name, thing in shown.items():
        if name not in plain:
            assert issubclass(thing, Result), name
            assert thing.__repr__ is Result.__repr__ or name in {"Mask"}, name


def mask(*bits: int) -> Mask:
    return Mask({BAD: torch.tensor(bits, dtype=torch.bool)})


def test_a_mask_does_what_one_guesses(tmp_path: Path) -> None:
    a, b = mask(1, 1, 0, 0), mask(1, 0, 1, 0)
    assert a ^ b == mask(0, 1, 1, 0)
    assert a.jaccard(b) == overlap(a, b).jaccard == 1 / 3
    assert Mask.load(a.save(tmp_path / "mask.safetensors")) == a == Mask.load(tmp_path)
    assert a.to_frame().to_dict("records") == [{"name": BAD, "n": 4, "pruned": 2, "sparsity": 0.5}]
    assert "2 of 4 entries of 1 tensors are pruned (50.0%)" in str(a)
    assert "<script" not in a._repr_html_()
    assert repr(overlap(a, b)).startswith("Overlap(Jaccard index 0.3333 (chance")


def test_a_ticket_and_a_task_are_not_thousands_of_characters() -> None:
    ticket = Ticket(torch.nn.Linear(2, 2), mask(1, 0))
    assert repr(ticket).startswith("Ticket(Linear, 1 of 2 prunable weights pruned (50.0%), mask")
    assert (ticket.sparsity, Ticket(ticket.model, None).sparsity) == (0.5, 0.0)
    task = tombola.load_task("builtin-acceptability", train=300, dev=40)
    assert len(repr(task)) < 150
    assert len(str(task)) < 1000
    assert len(task.to_frame()) == 340


@pytest.mark.parametrize("of", [(), ("b",)])
def test_masks_of_any_kind_are_compared(of: Any, tmp_path: Path) -> None:
    a, b = mask(1, 1, 0, 0), mask(1, 0, 1, 0)
    path = b.save(tmp_path / "b.safetensors")
    ticket = Ticket(torch.nn.Linear(2, 2), a)
    for given in ([a, b], [ticket, b], [a, path]):
        found = tombola.compare_masks(given)
        assert found.pairs[0].overlap == overlap(a, b)
    assert tombola.compare_masks(a, b).pairs[0].overlap == overlap(a, b)
    with pytest.raises(tombola.UserError, match="nothing was pruned"):
        tombola.compare_masks([Ticket(ticket.model, None), a])
