"""Parts chosen by masks: what is wholly zero goes, and nothing is lost with it."""

import pytest
import torch

from anatomy.tiny import CASES, Case, bert_config, outputs, own
from tombola.anatomy import anatomy, masked_parts, remove, silent_parts
from tombola.errors import UserError

each_class = pytest.mark.parametrize("case", CASES, ids=str)


@each_class
def test_what_is_wholly_zero_goes_without_a_trace(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    heads, neurons = {}, {}
    for block in body.attention:
        heads[block.name] = list(range(block.group))
        for head in heads[block.name]:
            for part in own(model, body, block, head, ("output",)):
                part.zero_()
    for block in body.mlps:
        neurons[block.name] = [2, 5]
        for neuron in neurons[block.name]:
            for part in own(model, body, block, neuron, ("down",)):
                part.zero_()
    found = silent_parts(model)
    never = next(iter(body.attention)).head_removal == "never"
    assert found.heads == {name: [] if never else some for name, some in heads.items()}
    assert found.neurons == neurons
    smaller = remove(model, **vars(found))
    assert anatomy(smaller).count() < body.count()
    torch.testing.assert_close(
        outputs(smaller, inputs), outputs(model, inputs), rtol=1e-5, atol=1e-5
    )


def test_a_mask_counts_as_zeros() -> None:
    model = Case("BertModel", bert_config).model()
    body = anatomy(model)
    name = "encoder.layer.0.attention.self.value"
    mask = {f"{name}.weight": torch.ones(16, 16, dtype=torch.bool)}
    mask[f"{name}.weight"][4:8] = False
    assert silent_parts(model, mask).heads["encoder.0.self"] == []  # its bias is left
    mask[f"{name}.bias"] = torch.arange(16) // 4 != 1
    assert silent_parts(model, mask).heads["encoder.0.self"] == [1]
    assert all(not some for some in silent_parts(model).heads.values())
    down = "encoder.layer.1.output.dense.weight"
    assert silent_parts(model, {down: torch.zeros(16, 24, dtype=torch.bool)}).neurons == {
        "encoder.0.mlp": [],
        "encoder.1.mlp": list(range(24)),
    }
    assert body.count() == anatomy(model).count()


def test_all_neurons_leave_the_bias() -> None:
    case = Case("BertModel", bert_config)
    model, inputs = case.model(), case.inputs()
    with torch.no_grad():
        model.encoder.layer[0].output.dense.weight.zero_()
    smaller = remove(model, **vars(silent_parts(model)))
    assert smaller.encoder.layer[0].output.dense.weight.shape == (16, 0)
    assert smaller.encoder.layer[0].output.dense.bias is not None
    torch.testing.assert_close(outputs(smaller, inputs), outputs(model, inputs))


def test_masks_of_heads_and_neurons() -> None:
    parts = masked_parts(
        {"encoder.0.self": torch.tensor([True, False, True, False])},
        {"encoder.0.mlp": torch.arange(24) % 2 == 0},
    )
    assert parts.heads == {"encoder.0.self": [1, 3]}
    assert parts.neurons == {"encoder.0.mlp": list(range(1, 24, 2))}


def test_masks_of_another_model() -> None:
    model = Case("BertModel", bert_config).model()
    with pytest.raises(UserError, match="no parameter of BertModel"):
        silent_parts(model, {"model.layers.0.mlp.up_proj.weight": torch.ones(1, dtype=torch.bool)})
    name = "encoder.layer.0.attention.self.query.weight"
    with pytest.raises(UserError, match=r"shape \(2, 2\), BertModel has \(16, 16\)"):
        silent_parts(model, {name: torch.ones(2, 2, dtype=torch.bool)})
    with pytest.raises(UserError, match=r"no attention block 'decoder\.0\.cross'"):
        remove(model, **vars(masked_parts({"decoder.0.cross": torch.tensor([False])})))
