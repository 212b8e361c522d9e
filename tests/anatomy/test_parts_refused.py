"""Gates, surgery and anatomy refuse what they cannot do, in one line."""

import pytest
import torch
from torch import nn
from transformers import BloomConfig, BloomModel

from anatomy.tiny import Case, bert_config, marian_config, outputs
from tombola.anatomy import Gates, anatomy, gated, remove
from tombola.anatomy.adapters import FAMILIES, Plan
from tombola.errors import UserError

BERT = Case("BertModel", bert_config)
MARIAN = Case("MarianMTModel", marian_config, feed="seq2seq")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (nn.Linear(2, 2), "supported families: albert, bart"),
        (BloomModel(BloomConfig(n_layer=1, hidden_size=8, n_head=2, vocab_size=9)), "'bloom'"),
        (BERT.model().encoder, "no whole model"),
        (MARIAN.model().model.decoder, "no whole model"),
    ],
)
def test_models_that_are_not_supported(model: nn.Module, said: str) -> None:
    with pytest.raises(UserError, match=said):
        anatomy(model)


def test_an_adapter_that_forgets_a_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(config: object) -> Plan:
        plan = FAMILIES["bert"](config)
        return Plan(plan.stacks, {k: v for k, v in plan.outside.items() if k != "pooler"})

    monkeypatch.setattr("tombola.anatomy.locate.FAMILIES", {"bert": forgetful})
    with pytest.raises(RuntimeError, match="no place for the parameter pooler"):
        anatomy(BERT.model())


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        (Gates(heads={"encoder.7.self": torch.ones(4)}), "no attention block 'encoder.7.self'"),
        (Gates(heads={"encoder.0.mlp": torch.ones(4)}), "no attention block"),
        (Gates(mlps={"encoder.0.self": torch.ones(())}), "no MLP 'encoder.0.self'"),
        (Gates(heads={"encoder.0.self": torch.ones(3)}), r"shape \(3,\)"),
        (Gates(heads={"encoder.0.self": torch.ones(4, 3)}), r"shape \(4, 3\)"),
        (Gates(heads={"encoder.0.self": torch.ones(2, 2, 4)}), r"shape \(2, 2, 4\)"),
        (Gates(mlps={"encoder.0.mlp": torch.ones(2, 2)}), r"shape \(2, 2\)"),
        (
            Gates({"encoder.0.self": torch.ones(2, 4)}, {"encoder.0.mlp": torch.ones(3)}),
            "batch",
        ),
        (
            Gates({"encoder.0.self": torch.ones(2, 4), "encoder.1.self": torch.ones(4)}),
            "batch",
        ),
    ],
)
def test_gates_that_do_not_fit(gates: Gates, said: str) -> None:
    with pytest.raises(UserError, match=said), gated(BERT.model(), gates):
        pass


@pytest.mark.parametrize(
    "gates",
    [
        Gates(heads={"encoder.0.self": torch.ones(2, 4)}),
        Gates(mlps={"encoder.0.mlp": torch.ones(2)}),
    ],
)
def test_gates_per_example_meet_another_batch(gates: Gates) -> None:
    model = BERT.model()
    with pytest.raises(UserError, match="2 examples"), gated(model, gates):
        outputs(model, BERT.inputs(3))
    outputs(model, BERT.inputs(3))


def test_gates_per_example_meet_beam_search() -> None:
    model = MARIAN.model()
    given = {k: v for k, v in MARIAN.inputs(2).items() if not k.startswith("decoder")}
    with (
        pytest.raises(UserError, match="2 examples"),
        gated(model, Gates.ones(anatomy(model), batch=2)),
    ):
        model.generate(**given, num_beams=3, max_new_tokens=4)


def test_gates_of_some_blocks_leave_the_others_alone() -> None:
    model, inputs = BERT.model(), BERT.inputs()
    body = anatomy(model)
    half = torch.tensor([0.5, 1.0, 1.0, 1.0])
    with gated(model, Gates(heads={"encoder.1.self": half})):
        some = outputs(model, inputs)
    everything = Gates.ones(body)
    gates = Gates({**everything.heads, "encoder.1.self": half}, everything.mlps)
    with gated(model, gates):
        assert torch.equal(outputs(model, inputs), some)
    with gated(model, Gates()):
        assert not torch.equal(outputs(model, inputs), some)


def test_closing_gates() -> None:
    body = anatomy(BERT.model())
    ones = Gates.ones(body, batch=2, requires_grad=True)
    closed = ones.closed({"encoder.0.self": [1, 3]}, ["encoder.1.mlp"])
    assert closed.heads["encoder.0.self"].tolist() == [[1, 0, 1, 0]] * 2
    assert closed.mlps["encoder.1.mlp"].tolist() == [0, 0]
    assert all(gate.min() == 1 for gate in (*ones.heads.values(), *ones.mlps.values()))
    for heads, mlps, said in (
        ({"encoder.0.self": [4]}, (), "no head 4"),
        ({"encoder.0.self": [-1]}, (), "no head -1"),
        ({"encoder.9.self": [0]}, (), "no gates on the heads of"),
        ({}, ("encoder.0.self",), "no gate on the MLP"),
    ):
        with pytest.raises(UserError, match=said):
            ones.closed(heads, mlps)


def test_gates_work_in_half_precision() -> None:
    model, inputs = BERT.model().bfloat16(), BERT.inputs()
    expected = outputs(model, inputs)
    with gated(model, Gates.ones(anatomy(model))):
        assert torch.equal(outputs(model, inputs), expected)


@pytest.mark.parametrize(
    ("heads", "mlps", "said"),
    [
        ({"encoder.0.self": [4]}, (), "no head 4"),
        ({"encoder.0.self": [-1]}, (), "no head -1"),
        ({"encoder.0.cross": [0]}, (), "no attention block"),
        ({"encoder.0.mlp": [0]}, (), "no attention block"),
        ({}, ("encoder.0.self",), "no MLP block"),
        ({}, ("encoder.2.mlp",), "no MLP block"),
    ],
)
def test_removals_that_are_refused(
    heads: dict[str, list[int]], mlps: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said) as caught:
        remove(BERT.model(), heads, mlps)
    assert "\n" not in str(caught.value)


def test_removing_nothing_is_a_copy() -> None:
    model, inputs = MARIAN.model(), MARIAN.inputs()
    copy = remove(model, {"encoder.0.self": []})
    assert torch.equal(outputs(copy, inputs), outputs(model, inputs))
    assert not {id(p) for p in copy.parameters()} & {id(p) for p in model.parameters()}
    assert anatomy(copy) == anatomy(model)
