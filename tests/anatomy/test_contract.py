"""What every family must pass to be supported; see docs/families.md."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from anatomy.tiny import CASES, Case, outputs
from tombola.anatomy import SETS, Anatomy, Block, Gates, anatomy, gated, remove
from tombola.anatomy.adapters import FAMILIES
from tombola.anatomy.locate import fixed_tables

each_class = pytest.mark.parametrize("case", CASES, ids=str)
each_attention = pytest.mark.parametrize("attention", ["sdpa", "eager"])


def test_every_family_has_a_case() -> None:
    assert {case.config().model_type for case in CASES} == set(FAMILIES)


def random_gates(body: Anatomy, batch: int | None = None, seed: int = 2) -> Gates:
    generator = torch.Generator().manual_seed(seed)
    ones = Gates.ones(body, batch)

    def draw(gate: Tensor) -> Tensor:
        return torch.rand(gate.shape, generator=generator) + 0.5

    return Gates(
        {name: draw(gate) for name, gate in ones.heads.items()},
        {name: draw(gate) for name, gate in ones.mlps.items()},
    )


def all_gates(gates: Gates) -> list[Tensor]:
    return [*gates.heads.values(), *gates.mlps.values()]


def heads(body: Anatomy) -> Iterator[tuple[Block, int]]:
    return ((block, head) for block in body.attention for head in range(block.n_heads))


def rows(block: Block, head: int) -> slice:
    return slice(head * block.head_dim, (head + 1) * block.head_dim)


@contextmanager
def zero(weights: Iterable[Tensor]) -> Iterator[None]:
    """Weights, or views of them, at zero for a while."""
    kept = [(weight.detach(), weight.detach().clone()) for weight in weights]
    for weight, _ in kept:
        weight.zero_()
    yield
    for weight, before in kept:
        weight.copy_(before)


# ---------------------------------------------------------------- places


@each_class
def test_every_parameter_has_one_place(case: Case) -> None:
    model = case.model()
    body = anatomy(model)
    fixed = fixed_tables(model)
    named = dict(model.named_parameters(remove_duplicate=False))
    claimed = [name for p in body.parameters for name in (p.name, *p.aliases)]
    assert sorted([*claimed, *fixed]) == sorted(named)
    unique = sum(p.numel() for p in model.parameters()) - sum(named[n].numel() for n in fixed)
    assert body.count() == unique == sum(body.count([s]) for s in SETS)
    for p in body.parameters:
        assert p.shape == tuple(named[p.name].shape)
        assert all(named[alias] is named[p.name] for alias in p.aliases)
        assert p.role


@each_class
def test_places_agree_with_names_and_kinds(case: Case) -> None:
    """Against an independent look at the modules themselves."""
    model = case.model()
    body = anatomy(model)
    modules = dict(model.named_modules())
    for p in body.parameters:
        module = modules[p.name.rpartition(".")[0]]
        if p.set == "embeddings":
            assert isinstance(module, nn.Embedding)
        elif p.set == "norms":
            assert isinstance(module, nn.LayerNorm)
        elif p.set == "matrices":
            assert isinstance(module, nn.Linear)
            assert len(p.shape) == 2
        elif p.set == "biases":
            assert isinstance(module, nn.Linear)
            assert len(p.shape) == 1
        in_stack = p.stack is not None
        assert in_stack == (".layer." in p.name or ".layers." in p.name)
        if in_stack:
            assert f".{p.layer}." in p.name
    split = {(p.role, p.set): p.head_axis for p in body.parameters if p.block in ("self", "cross")}
    assert split[("query", "matrices")] == split[("query", "biases")] == 0
    assert split[("output", "matrices")] == 1
    assert split[("output", "biases")] is None


@each_class
def test_counts_of_stacks(case: Case) -> None:
    config = case.config(**dict(case.changes))
    for block in anatomy(case.model()).blocks:
        if case.config.__name__ == "bert_config":
            expected = (config.num_attention_heads, config.intermediate_size)
        else:
            expected = (
                getattr(config, f"{block.stack}_attention_heads"),
                getattr(config, f"{block.stack}_ffn_dim"),
            )
        if block.kind == "mlp":
            assert (block.n_heads, block.n_neurons) == (0, expected[1])
        else:
            assert (block.n_heads, block.n_neurons) == (expected[0], 0)
            assert block.n_heads * block.head_dim == config.hidden_size


@each_class
def test_query_and_key_are_what_they_say(case: Case) -> None:
    """A shift of all keys moves every score of a query alike, and softmax takes no note of it."""
    model, inputs = case.model(), case.inputs()
    expected = outputs(model, inputs)
    for block in anatomy(model).attention:
        for role in ("query", "key"):
            bias = model.get_submodule(block.modules[role]).bias.detach()
            bias += 1
            shifted = outputs(model, inputs)
            bias -= 1
            if role == "key":
                torch.testing.assert_close(shifted, expected, rtol=1e-4, atol=1e-4)
            else:
                assert (shifted - expected).abs().max() > 1e-3


@each_class
def test_self_and_cross_are_what_they_say(case: Case) -> None:
    """Cross-attention alone has keys of another sequence; the inputs differ in length."""
    model, lengths = case.model(), {}
    blocks = list(anatomy(model).attention)
    for block in blocks:
        for role in ("query", "key"):

            def note(module: nn.Module, args: tuple[Tensor], where: tuple[str, str]) -> None:
                lengths[where] = args[0].shape[1]

            hook = partial(note, where=(block.name, role))
            model.get_submodule(block.modules[role]).register_forward_pre_hook(hook)
    outputs(model, case.inputs())
    for block in blocks:
        alike = lengths[block.name, "query"] == lengths[block.name, "key"]
        assert alike == (block.kind == "self")


# ---------------------------------------------------------------- gates


@each_class
@each_attention
@pytest.mark.parametrize("batch", [None, 3])
def test_open_gates_change_no_bit(case: Case, attention: str, batch: int | None) -> None:
    model, inputs = case.model(attention), case.inputs()
    expected = outputs(model, inputs)
    with gated(model, Gates.ones(anatomy(model), batch)):
        assert torch.equal(outputs(model, inputs), expected)


@each_class
def test_open_gates_change_no_bit_in_training(case: Case) -> None:
    model, inputs = case.model().train(), case.inputs()

    def run() -> Tensor:
        with torch.random.fork_rng():
            torch.manual_seed(5)
            return outputs(model, inputs)

    expected = run()
    with gated(model, Gates.ones(anatomy(model))):
        assert torch.equal(run(), expected)


@each_class
@each_attention
def test_closed_head_is_zeroed_weights(case: Case, attention: str) -> None:
    model, inputs = case.model(attention), case.inputs()
    body = anatomy(model)
    whole = outputs(model, inputs)
    moved = []
    for block, head in heads(body):
        with gated(model, Gates.ones(body).closed({block.name: [head]})):
            closed = outputs(model, inputs)
        own = rows(block, head)
        output, value = (model.get_submodule(block.modules[role]) for role in ("output", "value"))
        for zeroed in ([output.weight[:, own]], [value.weight[own], value.bias[own]]):
            with zero(zeroed):
                torch.testing.assert_close(closed, outputs(model, inputs), rtol=1e-5, atol=1e-5)
        moved.append((closed - whole).abs().max() > 1e-3)
    assert all(moved), "a head that changes nothing tests nothing"


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
def test_any_gate_is_a_scaled_weight(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    gates = random_gates(body)
    with gated(model, gates):
        found = outputs(model, inputs)
    with torch.no_grad():
        for block in body.attention:
            factor = gates.heads[block.name].repeat_interleave(block.head_dim)
            model.get_submodule(block.modules["output"]).weight *= factor
        for block in body.mlps:
            for parameter in model.get_submodule(block.modules["down"]).parameters():
                parameter *= gates.mlps[block.name]
    torch.testing.assert_close(found, outputs(model, inputs), rtol=1e-5, atol=1e-5)


@each_class
def test_gradients_of_gates_are_finite_differences(case: Case) -> None:
    model = case.model().double()
    inputs = {k: v.double() if v.is_floating_point() else v for k, v in case.inputs(2).items()}
    body = anatomy(model)
    gates = random_gates(body)
    names, mlp_names = list(gates.heads), list(gates.mlps)
    start = [gate.double().requires_grad_() for gate in all_gates(gates)]

    def loss(*values: Tensor) -> Tensor:
        now = Gates(
            dict(zip(names, values[: len(names)], strict=True)),
            dict(zip(mlp_names, values[len(names) :], strict=True)),
        )
        with gated(model, now):
            return (outputs(model, inputs) ** 2).mean(dim=1)

    assert torch.autograd.gradcheck(
        loss, start, eps=1e-5, atol=1e-7, rtol=1e-5, check_undefined_grad=False
    )
    for gradient in torch.autograd.grad(loss(*start).sum(), start):
        assert gradient.abs().max() > 1e-6


@each_class
def test_gradients_per_example_in_one_backward(case: Case) -> None:
    model, inputs = case.model().double(), case.inputs(3)
    inputs = {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
    body = anatomy(model)
    together = Gates.ones(body, 3, torch.float64, requires_grad=True)
    with gated(model, together):
        (outputs(model, inputs) ** 2).mean(dim=1).sum().backward()
    for example in range(3):
        alone = Gates.ones(body, None, torch.float64, requires_grad=True)
        with gated(model, alone):
            one = {k: v[example : example + 1] for k, v in inputs.items()}
            (outputs(model, one) ** 2).mean().backward()
        for all_three, single in zip(all_gates(together), all_gates(alone), strict=True):
            torch.testing.assert_close(all_three.grad[example], single.grad)


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


# ---------------------------------------------------------------- removal


@each_class
@each_attention
def test_removal_is_closed_gates(case: Case, attention: str) -> None:
    model, inputs = case.model(attention), case.inputs()
    body = anatomy(model)
    # Another number of heads in every block, and one MLP of each stack.
    gone = {
        block.name: range(1 + i % (block.n_heads - 1)) for i, block in enumerate(body.attention)
    }
    mlps = [f"{stack.name}.0.mlp" for stack in body.stacks]
    with gated(model, Gates.ones(body).closed(gone, mlps)):
        expected = outputs(model, inputs)
    whole = outputs(model, inputs)

    smaller = remove(model, gone, mlps)
    torch.testing.assert_close(outputs(smaller, inputs), expected, rtol=1e-5, atol=1e-5)
    assert torch.equal(outputs(model, inputs), whole)

    left = anatomy(smaller)
    heads_left = {block.name: block.n_heads for block in left.attention}
    assert heads_left == {b.name: b.n_heads - len(gone[b.name]) for b in body.attention}
    assert {b.name: b.n_neurons for b in left.mlps} == {
        b.name: 0 if b.name in mlps else b.n_neurons for b in body.mlps
    }
    width = body.width
    fewer = sum(len(gone[b.name]) * b.head_dim * (4 * width + 3) for b in body.attention)
    fewer += sum(
        b.n_neurons * (2 * width + 1) + width for b in body.mlps if b.name in mlps
    )  # the output bias goes with the MLP
    assert left.count() == body.count() - fewer
    assert left.count() == sum(
        p.numel() for n, p in smaller.named_parameters() if n not in fixed_tables(smaller)
    )


@each_class
def test_a_smaller_model_can_be_gated_cut_and_trained(case: Case) -> None:
    model, inputs = case.model(), case.inputs()
    body = anatomy(model)
    block = next(iter(body.attention))
    once = remove(remove(model, {block.name: [0]}), {}, [f"{block.stack}.1.mlp"])
    gates = Gates.ones(anatomy(once), requires_grad=True)
    assert gates.heads[block.name].shape == (block.n_heads - 1,)
    with gated(once, gates):
        outputs(once, inputs).square().mean().backward()
    for name, parameter in once.named_parameters():
        assert parameter.grad is None or parameter.grad.shape == parameter.shape, name
    # Heads are numbered anew: heads 0 and then 0 again are heads 0 and 1 of the whole.
    if block.n_heads > 2:
        twice = remove(remove(model, {block.name: [0]}), {block.name: [0]})
        assert torch.equal(
            outputs(twice, inputs), outputs(remove(model, {block.name: [0, 1]}), inputs)
        )


@each_class
def test_sdpa_is_eager(case: Case) -> None:
    inputs = case.inputs()
    torch.testing.assert_close(
        outputs(case.model("sdpa"), inputs),
        outputs(case.model("eager"), inputs),
        rtol=1e-5,
        atol=1e-5,
    )


translators = pytest.mark.parametrize(
    "case", [case for case in CASES if case.architecture == "MarianMTModel"], ids=str
)


@translators
@each_attention
@pytest.mark.parametrize("beams", [1, 3])
def test_generation_after_removal(case: Case, attention: str, beams: int) -> None:
    model = case.model(attention)
    body = anatomy(model)
    given = {k: v for k, v in case.inputs().items() if not k.startswith("decoder")}
    gone = {block.name: [block.n_heads - 1] for block in body.attention}
    mlps = ["decoder.1.mlp"]

    def generate(model: nn.Module, use_cache: bool) -> tuple[Tensor, Tensor]:
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
    with gated(model, Gates.ones(body)):
        assert torch.equal(generate(model, True)[0], whole)
    with gated(model, Gates.ones(body).closed(gone, mlps)):
        sequences, scores = generate(model, True)
    for use_cache in (True, False):
        cut_sequences, cut_scores = generate(remove(model, gone, mlps), use_cache)
        assert torch.equal(cut_sequences, sequences)
        torch.testing.assert_close(cut_scores, scores, rtol=1e-4, atol=1e-4)
    assert scores.shape[0] > 1
    assert whole.shape != sequences.shape or not torch.equal(whole, sequences)
