"""What gates and removal mean, for every family; see docs/families.md."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from anatomy.tiny import (
    CASES,
    OTHER_CLASSES,
    AllDouble,
    Case,
    doubled,
    outputs,
    own,
    random_gates,
    zero,
)
from tombola.anatomy import Anatomy, Block, Gates, anatomy, gate_gradients, gated, remove
from tombola.anatomy.locate import fixed_tables, located

each_class = pytest.mark.parametrize("case", CASES, ids=str)
each_attention = pytest.mark.parametrize(
    ("case", "attention"),
    [(case, attention) for case in CASES for attention in case.implementations],
    ids=str,
)


def all_gates(gates: Gates) -> list[Tensor]:
    return list(gates.to_dict().values())


def loss_of(model: nn.Module, inputs: dict[str, Tensor]) -> Tensor:
    """A loss for each example."""
    return (outputs(model, inputs) ** 2).mean(dim=1)


# ---------------------------------------------------------------- gates


@pytest.mark.parametrize("case", [*CASES, *OTHER_CLASSES], ids=str)
@pytest.mark.parametrize("batch", [None, 3])
def test_open_gates_change_no_bit(case: Case, batch: int | None) -> None:
    for attention in case.implementations:
        model, inputs = case.model(attention), case.inputs()
        expected = outputs(model, inputs)
        with gated(model, Gates.ones(anatomy(model), batch, neurons=True)):
            assert torch.equal(outputs(model, inputs), expected)


@each_class
def test_open_gates_change_no_bit_in_training(case: Case) -> None:
    model, inputs = case.model().train(), case.inputs()

    def run() -> Tensor:
        with torch.random.fork_rng():
            torch.manual_seed(5)
            return outputs(model, inputs)

    expected = run()
    with gated(model, Gates.ones(anatomy(model), neurons=True)):
        assert torch.equal(run(), expected)


@each_attention
def test_closed_head_is_zeroed_weights(case: Case, attention: str) -> None:
    model, inputs = case.model(attention), case.inputs()
    body = anatomy(model)
    whole = outputs(model, inputs)
    for block in body.attention:
        for head in range(block.n_heads):
            with gated(model, Gates.ones(body).closed({block.name: [head]})):
                closed = outputs(model, inputs)
            zeroed = [own(model, body, block, head, ("output",))]
            if block.group == 1:
                zeroed.append(_value(model, body, block, head))
            for weights in zeroed:
                assert weights
                with zero(weights):
                    torch.testing.assert_close(closed, outputs(model, inputs), rtol=1e-5, atol=1e-5)
            assert (closed - whole).abs().max() > 1e-3, "a head that changes nothing tests nothing"


def _value(model: nn.Module, body: Anatomy, block: Block, head: int) -> list[Tensor]:
    """A head's rows of the value, weight and bias; of a fused matrix, the last third of its own."""
    fused = own(model, body, block, head, ("query_key_value",))
    if body.family == "gpt_neox":  # one strip: query, key and value of the head
        return [part.chunk(3, dim=0)[2] for part in fused]
    if fused:  # three strips of the weight, then of the bias
        return fused[2::3]
    pairs = own(model, body, block, head, ("key_value",))
    return pairs[1::2] if pairs else own(model, body, block, head, ("value",))


@each_class
def test_closed_mlp_is_zeroed_weights(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    whole = outputs(model, inputs)
    for block in body.mlps:
        with gated(model, Gates.ones(body).closed(mlps=[block.name])):
            closed = outputs(model, inputs)
        down = model.get_submodule(block.modules["down"])
        with zero(down.parameters()):
            torch.testing.assert_close(closed, outputs(model, inputs), rtol=1e-5, atol=1e-5)
        assert (closed - whole).abs().max() > 1e-3


@each_class
def test_closed_neurons_are_zeroed_weights(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    whole = outputs(model, inputs)
    for block in body.mlps:
        gone = [0, 7, block.n_neurons - 1]
        gates = Gates.ones(body, neurons=True).closed(neurons={block.name: gone})
        with gated(model, gates):
            closed = outputs(model, inputs)
        for roles in (("down",), ("up", "gate", "gate_up")):  # every activation here is 0 at 0
            weights = [w for n in gone for w in own(model, body, block, n, roles)]
            with zero(weights):
                torch.testing.assert_close(closed, outputs(model, inputs), rtol=1e-5, atol=1e-5)
        assert (closed - whole).abs().max() > 1e-3


@each_class
def test_any_gate_is_a_scaled_weight(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    gates = random_gates(body)
    with gated(model, gates):
        found = outputs(model, inputs)
        with torch.no_grad():
            torch.testing.assert_close(outputs(model, inputs), found, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        for block in body.attention:
            for head, gate in enumerate(gates.heads[block.name]):
                for part in own(model, body, block, head, ("output",)):
                    part *= gate
        for block in body.mlps:
            for neuron, gate in enumerate(gates.neurons[block.name]):
                for part in own(model, body, block, neuron, ("down",)):
                    part *= gate
            at = model.get_submodule(located(model)[block.name].gate_at)
            for parameter in at.parameters():
                # Gemma 2's normalisation multiplies by one more than its weight.
                one = 1.0 if body.family == "gemma2" else 0.0
                parameter.copy_((parameter + one) * gates.mlps[block.name] - one)
    torch.testing.assert_close(found, outputs(model, inputs), rtol=1e-4, atol=1e-4)


@pytest.fixture
def all_double() -> Iterator[None]:
    with AllDouble():
        yield


@each_class
@pytest.mark.usefixtures("all_double")
def test_gradients_of_gates_are_finite_differences(case: Case) -> None:
    """In random directions, all gates at once; and no gate is without a gradient."""
    model, inputs = case.model().double(), doubled(case.inputs(2))
    body = anatomy(model)
    start = {key: gate.double() for key, gate in random_gates(body).to_dict().items()}

    def total(gates: dict[tuple[str, str], Tensor]) -> Tensor:
        by_kind: dict[str, dict[str, Tensor]] = {"heads": {}, "mlps": {}, "neurons": {}}
        for (kind, name), gate in gates.items():
            by_kind[kind][name] = gate
        with gated(model, Gates(**by_kind)):
            return loss_of(model, inputs).sum()

    learnt = {key: gate.clone().requires_grad_() for key, gate in start.items()}
    gradients = dict(
        zip(learnt, torch.autograd.grad(total(learnt), list(learnt.values())), strict=True)
    )
    generator = torch.Generator().manual_seed(3)
    step = 1e-5
    with torch.no_grad():
        for key in start:
            direction = torch.randn(start[key].shape, generator=generator, dtype=torch.float64)
            up = total({**start, key: start[key] + step * direction})
            down = total({**start, key: start[key] - step * direction})
            slope = (gradients[key] * direction).sum()
            torch.testing.assert_close((up - down) / (2 * step), slope, rtol=1e-5, atol=1e-7)
            assert gradients[key].abs().max() > 1e-6


@each_class
@pytest.mark.usefixtures("all_double")
def test_gradients_per_example_in_one_backward(case: Case) -> None:
    model, inputs = case.model().double(), doubled(case.inputs(3))
    before = [p.requires_grad for p in model.parameters()]
    together = gate_gradients(model, lambda: loss_of(model, inputs), 3, neurons=True)
    assert [p.requires_grad for p in model.parameters()] == before
    assert all(p.grad is None for p in model.parameters())
    body = anatomy(model)
    for example in range(3):
        alone = Gates.ones(body, None, torch.float64, requires_grad=True, neurons=True)
        with gated(model, alone):
            one = {k: v[example : example + 1] for k, v in inputs.items()}
            loss_of(model, one).mean().backward()
        for all_three, single in zip(all_gates(together), all_gates(alone), strict=True):
            assert single.grad is not None
            torch.testing.assert_close(
                all_three[example].double(), single.grad, rtol=1e-4, atol=1e-5
            )


@each_class
def test_gates_leave_no_trace(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    expected, body = outputs(model, inputs), anatomy(model)

    def n_hooks() -> int:
        return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())

    before = n_hooks()
    closed = Gates.ones(body).closed({b.name: range(b.n_heads) for b in body.attention})
    with gated(model, closed):
        assert n_hooks() == before + len(list(body.blocks))
        assert not torch.equal(outputs(model, inputs), expected)
    assert n_hooks() == before
    with pytest.raises(RuntimeError, match="on purpose"), gated(model, closed):
        raise RuntimeError("on purpose")
    assert n_hooks() == before
    assert torch.equal(outputs(model, inputs), expected)


@each_class
def test_sdpa_is_eager(case: Case) -> None:
    if len(case.implementations) < 2:
        pytest.skip("the family has one implementation of attention")
    inputs = case.inputs()
    torch.testing.assert_close(
        outputs(case.model("sdpa"), inputs),
        outputs(case.model("eager"), inputs),
        rtol=1e-5,
        atol=1e-5,
    )


# ---------------------------------------------------------------- removal


def removable(body: Anatomy) -> dict[str, list[int]]:
    """Heads to remove: in every block as many and others as the family lets go."""
    gone = {}
    for i, block in enumerate(body.attention):
        groups = block.n_key_heads
        match block.head_removal:
            case "freely":
                some = range(i % 2, i % 2 + 1 + i % (groups - 1))
            case "evenly":
                some = range(i % groups, i % groups + 1)
            case "alike":
                some = range(1, groups - 1)
            case "never":
                some = range(0)
        gone[block.name] = [g * block.group + j for g in some for j in range(block.group)]
    return gone


@each_attention
def test_removal_is_closed_gates(case: Case, attention: str) -> None:
    model, inputs = case.model(attention), case.inputs()
    body = anatomy(model)
    gone = removable(body)
    neurons = {b.name: range(b.layer, b.n_neurons, 2 + b.layer) for b in body.mlps}
    mlps = [f"{body.stacks[-1].name}.0.mlp"]
    with gated(model, Gates.ones(body, neurons=True).closed(gone, mlps, neurons)):
        expected = outputs(model, inputs)
    whole = outputs(model, inputs)

    smaller = remove(model, gone, mlps, neurons)
    torch.testing.assert_close(outputs(smaller, inputs), expected, rtol=1e-5, atol=1e-5)
    assert torch.equal(outputs(model, inputs), whole)
    assert (expected - whole).abs().max() > 1e-3

    left = anatomy(smaller)
    heads_left = {block.name: block.n_heads for block in left.attention}
    assert heads_left == {b.name: b.n_heads - len(gone[b.name]) for b in body.attention}
    none = 1 if body.family == "gpt2" else 0  # its matrices cannot be empty: one neuron of zeros
    assert {b.name: b.n_neurons for b in left.mlps} == {
        b.name: none if b.name in mlps else b.n_neurons - len(neurons[b.name]) for b in body.mlps
    }
    assert left.count() == sum(
        p.numel() for n, p in smaller.named_parameters() if n not in fixed_tables(smaller)
    )
    fewer = 0
    for block in body.blocks:
        units = gone[block.name] if block.kind != "mlp" else neurons[block.name]
        if block.name in mlps:
            units = range(block.n_neurons - none)
            fewer += (
                getattr(model.get_submodule(block.modules["down"]), "bias", None) is not None
                and body.width
            )
        for p in body.parameters:
            if (p.stack, p.layer, p.block) == (block.stack, block.layer, block.kind):
                shares = block.n_heads or block.n_neurons
                entries = torch.zeros(p.shape, dtype=torch.bool)
                for unit in units:
                    for box in p.boxes(unit, shares):
                        entries[box] = True
                fewer += int(entries.sum())
    shared = sum(
        p.shape[0] * len(next(iter(gone.values())))
        for p in body.parameters
        if p.role == "relative_position" and p.stack is None and body.family == "mpnet"
    )
    assert left.count() == body.count() - fewer - shared


@each_class
def test_a_smaller_model_can_be_gated_cut_and_trained(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    gone = removable(body)
    once = remove(remove(model, gone), mlps=[f"{body.stacks[0].name}.0.mlp"])
    assert type(once) is type(model)
    gates = Gates.ones(anatomy(once), requires_grad=True)
    with gated(once, gates):
        outputs(once, inputs).square().mean().backward()
    optimizer = torch.optim.SGD(once.parameters(), lr=1e-3)
    before = outputs(once, inputs)
    optimizer.step()
    assert not torch.equal(outputs(once, inputs), before)
    for name, parameter in once.named_parameters():
        assert parameter.grad is None or parameter.grad.shape == parameter.shape, name


@each_class
def test_removing_in_turn_is_removing_at_once(case: Case) -> None:
    """Heads and neurons are numbered anew: neurons 0 and then 0 again are 0 and 1 of the whole."""
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    first = {b.name: [0] for b in body.mlps}
    both = {b.name: [0, 1] for b in body.mlps}
    twice = remove(remove(model, neurons=first), removable(body), neurons=first)
    at_once = remove(model, removable(body), neurons=both)
    assert torch.equal(outputs(twice, inputs), outputs(at_once, inputs))
    assert twice.config.to_dict() == at_once.config.to_dict()


@pytest.mark.parametrize("case", [c for c in CASES if c.can_generate], ids=str)
@pytest.mark.parametrize("beams", [1, 3])
def test_generation_after_removal(case: Case, beams: int) -> None:
    for attention in case.implementations:
        model = case.model(attention)
        body = anatomy(model)
        inputs = case.inputs()
        given = {k: v for k, v in inputs.items() if not k.startswith("decoder")}
        if case.feed == "causal":  # prompts are padded on the left
            given = {k: v.flip(1) for k, v in given.items()}
        gone = removable(body)
        stack = body.stacks[-1]
        mlps = [f"{stack.name}.1.mlp"]
        neurons = {f"{stack.name}.0.mlp": range(0, 20, 2)}

        def generate(
            model: nn.Module, use_cache: bool, given: dict[str, Tensor] = given
        ) -> tuple[Tensor, Tensor]:
            found = model.generate(
                **given,
                num_beams=beams,
                do_sample=False,
                max_new_tokens=8,
                use_cache=use_cache,
                return_dict_in_generate=True,
                output_scores=True,
            )
            return found.sequences, torch.stack(found.scores)

        whole, _ = generate(model, True)
        with gated(model, Gates.ones(body, neurons=True)):
            assert torch.equal(generate(model, True)[0], whole)
        with gated(model, Gates.ones(body, neurons=True).closed(gone, mlps, neurons)):
            expected = {use_cache: generate(model, use_cache) for use_cache in (True, False)}
        # Each against itself: a start token that is also padding gives some families other
        # positions with a cache than without, whole as they are.
        for use_cache, (sequences, scores) in expected.items():
            cut_sequences, cut_scores = generate(remove(model, gone, mlps, neurons), use_cache)
            assert torch.equal(cut_sequences, sequences)
            torch.testing.assert_close(cut_scores, scores, rtol=1e-4, atol=1e-4)
            assert scores.shape[0] > 1
