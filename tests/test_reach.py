"""A hub that is out of reach is found out at once, and what was fetched before is used."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from tombola import reach
from tombola.anatomy import has_tokenizer, hub_folder, load_model, load_tokenizer, read_config
from tombola.errors import UserError
from tombola.tasks import load_task


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody had said to stay offline; each test asks anew."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for each in (name, name.upper()):
            monkeypatch.delenv(each, raising=False)
    reach._asked.cache_clear()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Hosts that someone tried to connect to; none of them is known to a name server."""
    found: list[Any] = []

    def connect(address: Any, **_: Any) -> None:
        found.append(address)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", connect)
    return found


def test_each_kind_of_thing_fails_at_once_with_the_reason(asked: list[Any]) -> None:
    def fails(call: Any, *args: Any) -> None:
        with pytest.raises(UserError, match=r"cannot be reached \(huggingface.co: Name or") as said:
            call(*args)
        assert "\n" not in str(said.value)

    for call in (read_config, load_tokenizer, hub_folder, load_model):
        fails(call, "no-one/nothing")
    fails(load_task, "CoLA", "no-one/nothing")
    assert not has_tokenizer("no-one/nothing")
    assert asked == [("huggingface.co", 443)]  # asked once, and nobody tries again and again
    assert not constants.HF_HUB_OFFLINE  # another moment it may be there


def test_what_is_here_is_read_without_asking(asked: list[Any], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert read_config(str(tmp_path)).model_type == "bert"
    with pytest.raises(UserError, match="no such file"):
        read_config("./nowhere")
    assert asked == []


def test_what_was_fetched_before_is_found(
    asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "models--some--bert"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("a" * 40)
    (cache / "snapshots" / ("a" * 40)).mkdir(parents=True)
    (cache / "snapshots" / ("a" * 40) / "config.json").write_text('{"model_type": "bert"}')
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert hub_folder("some/bert") == cache / "snapshots" / ("a" * 40)
    reach.at_hand("some/bert")
    with pytest.raises(UserError, match="other: no file or folder here, and the hub"):
        reach.at_hand("some/other")


def test_a_silent_name_server_holds_up_no_longer_than_a_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def silent(*_: Any, **__: Any) -> None:
        time.sleep(4)
        raise OSError

    monkeypatch.setattr(reach, "PATIENCE", 0.1)
    monkeypatch.setattr(socket, "create_connection", silent)
    began = time.monotonic()
    assert reach.out_of_reach() == "huggingface.co does not answer"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("proxy", "host"),
    [("http://gate:8080", ("gate", 8080)), ("gate:3128", ("gate", 3128)), ("", None)],
)
def test_through_a_proxy_the_proxy_must_answer(
    proxy: str, host: Any, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    assert reach.out_of_reach()
    assert asked == [host or ("huggingface.co", 443)]


def test_only_what_can_be_a_hub_id_is_asked_for(asked: list[Any], tmp_path: Path) -> None:
    for source in (str(tmp_path), "./nowhere", "/no/where", "~/none", "a/b/c", "a.json", "a b", ""):
        reach.at_hand(source)  # is here, or is refused in words of its own
    assert asked == []
