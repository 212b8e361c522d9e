"""A ticket in the lm-evaluation-harness: with a stand-in for it, and with itself where it is."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from transformers import GPT2Config, GPT2LMHeadModel

import tombola
from tombola import harness
from tombola.errors import UserError
from tombola.tasks import word_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ticket of a small language model."""
    tokenizer = word_tokenizer(["the dog sees a cat ."])
    config = GPT2Config(
        n_embd=16, n_layer=1, n_head=2, n_positions=64, vocab_size=len(tokenizer),
        eos_token_id=0, bos_token_id=0,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("language") / "half"
    ticket = tombola.prune(GPT2LMHeadModel(config), 0.5)
    tombola.Ticket(ticket.model, ticket.mask, tokenizer).save(path)
    return path


class Model:
    """What the harness's model for transformers is given."""

    def __init__(self, **given: Any) -> None:
        self.given = given


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    harness._ticket_lm.cache_clear()
    modules = {
        name: ModuleType(name)
        for name in ("lm_eval", "lm_eval.models", "lm_eval.models.huggingface")
    }
    vars(modules["lm_eval.models.huggingface"])["HFLM"] = Model
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    yield
    harness._ticket_lm.cache_clear()


@pytest.mark.usefixtures("stand_in")
def test_a_ticket_is_handed_over_whole(folder: Path):
    model = tombola.harness.lm(folder, batch_size=4)
    assert model.given["pretrained"].config.model_type == "gpt2"
    assert model.given["tokenizer"] is model.tombola.tokenizer
    assert model.given["batch_size"] == 4
    assert model.tombola.sparsity == 0.5
    assert issubclass(tombola.harness.TicketLM, Model)  # the harness takes no other
    assert isinstance(model, tombola.harness.TicketLM)
    bare = tombola.Ticket(model.tombola.model, model.tombola.mask)
    with pytest.raises(UserError, match="no tokenizer"):
        tombola.harness.lm(bare)


@pytest.mark.usefixtures("stand_in")
def test_the_command_line_is_the_harness_own_with_one_more_model(monkeypatch: pytest.MonkeyPatch):
    registry, program, known = ModuleType("registry"), ModuleType("program"), {}
    vars(registry)["register_model"] = lambda name: lambda model: known.update({name: model})
    vars(program)["cli_evaluate"] = lambda: known.update(began=True)
    monkeypatch.setitem(sys.modules, "lm_eval.api", ModuleType("api"))
    monkeypatch.setitem(sys.modules, "lm_eval.api.registry", registry)
    monkeypatch.setitem(sys.modules, "lm_eval.__main__", program)
    harness.main()
    assert known == {"tombola": tombola.harness.TicketLM, "began": True}


def test_where_it_is_not_installed_one_line_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    with pytest.raises(UserError, match=r"pip install 'lm_eval\[hf\]'"):
        tombola.harness.lm("nowhere")
    with pytest.raises(SystemExit, match="2"):
        harness.main()


def test_the_harness_itself_reads_with_it(folder: Path):
    pytest.importorskip("lm_eval", reason="no lm_eval installed")
    from lm_eval.api.instance import Instance
    from lm_eval.api.model import LM

    assert issubclass(harness.TicketLM, LM)
    model = tombola.harness.lm(folder, batch_size=2)
    ((value, _),) = model.loglikelihood([Instance("loglikelihood", {}, ("the dog", " sees"), 0)])
    assert value < 0
