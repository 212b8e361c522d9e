"""`--set key=value`: text stays as it was typed."""

from pathlib import Path

import pytest

from study.small import of, raw
from tombola.errors import UserError

VALUE = raw(Path("/data"))
VALUE["models"]["bert"] = {"load": "there"}


@pytest.mark.parametrize(
    "typed", ["/data/texts #2", "2024", "no", "/a: b", "@x", "~/m", "1e5", "a, b", "x#y", "*star"]
)
def test_text_stays_text(typed: str):
    assert of(VALUE, f"bert.load={typed}").models["bert"].load == typed
    assert str(of(VALUE, f"toy.folder={typed}").tasks["toy"].folder) == typed
    assert of(VALUE, f"title={typed}").title == typed


def test_what_is_no_text_is_yaml():
    assert of(VALUE, "bert.load='quoted #1'").models["bert"].load == "quoted #1"
    assert of(VALUE, "toy.metric=[f1, no]").tasks["toy"].metric == ("f1", "no")
    assert of(VALUE, "toy.folder=null").tasks["toy"].folder is None
    assert of(VALUE, "toy.max_tokens=64 # fewer").tasks["toy"].max_tokens == 64
    assert of(VALUE, "seeds=[3, 4]").seeds == (3, 4)
    steps = of(VALUE, "dense.training.schedule=no", "tickets.criterion=[a, b]").steps
    assert steps["dense"]["training"]["schedule"] == "no"
    assert steps["tickets"]["criterion"] == ["a", "b"]


@pytest.mark.parametrize("value", ["9" * 10_000, "x" * 10_000, "[" * 3_000])
def test_messages_are_short_whatever_is_typed(value: str):
    with pytest.raises(UserError) as refused:
        of(VALUE, f"toy.max_tokens={value}")
    assert len(str(refused.value)) < 2_000
    assert len(str(UserError(value * 100))) < 2_000
