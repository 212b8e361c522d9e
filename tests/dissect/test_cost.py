"""What a model costs, against sums by hand, files by stat, and clocks that are made up."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    MarianConfig,
    MarianMTModel,
    RobertaConfig,
    RobertaModel,
    ViTConfig,
    ViTModel,
)

import tombola
import toys
from tombola.anatomy import remove
from tombola.cost import Cost, CostSettings, measure_cost, subject, without_zeros
from tombola.cost.workload import Workload, check, job, random_ids
from tombola.errors import UserError
from tombola.text import positions
from tombola.training.device import find_device

QUICK = {"batch_sizes": (1, 2), "lengths": (3, 5), "repeats": 6, "warmup": 0, "device": "cpu"}


def marian(**changes: Any) -> MarianMTModel:
    small = {
        f"{side}_{what}": 2 for side in ("encoder", "decoder") for what in ("layers", "ffn_dim")
    }
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
    special = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    values = {**small, **heads, **special, "max_position_embeddings": 12, **changes}
    return MarianMTModel(MarianConfig(vocab_size=20, d_model=8, **values)).eval()


def gpt2(model_class: type = GPT2LMHeadModel, **changes: Any) -> Any:
    config = GPT2Config(vocab_size=20, n_embd=8, n_head=2, n_layer=1, n_positions=12, **changes)
    return model_class(config).eval()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cost")
    toys.bert(layers=2).save_pretrained(folder / "dense")
    tombola.prune(folder / "dense", 0.6).save(folder / "ticket")
    return folder


def test_bytes_and_counts(folders: Path) -> None:
    cost = tombola.measure(folders / "ticket", folders / "dense", **QUICK)
    model: Any = BertForSequenceClassification.from_pretrained(folders / "ticket")
    entries = sum(p.numel() for p in model.parameters())
    zeros = sum(int((p == 0).sum()) for p in model.parameters())
    size = cost.model
    assert (size.total.n, size.total.zeros) == (entries, zeros)
    assert size.sets["matrices"].sparsity == pytest.approx(0.6, abs=1e-3)
    assert size.parameter_bytes == 4 * entries
    assert size.buffer_bytes == sum(b.numel() * b.element_size() for b in model.buffers())
    bits = sum(-(-p.numel() // 8) for p in model.parameters())
    assert size.without_zeros_bytes == bits + 4 * (entries - zeros)
    ticket = folders / "ticket"
    assert size.weight_file_bytes == (ticket / "model.safetensors").stat().st_size
    assert size.mask_bytes == (ticket / "mask.safetensors").stat().st_size
    assert size.folder_bytes == sum(path.stat().st_size for path in ticket.iterdir())
    assert cost.against is not None
    assert cost.against.mask_bytes is None
    assert cost.against.parameter_bytes == size.parameter_bytes
    shown = json.loads(json.dumps(cost.to_dict()))
    assert shown["model"]["sets"]["matrices"]["zeros"] == size.sets["matrices"].zeros
    assert shown["model"]["memory_bytes"] == size.parameter_bytes + size.buffer_bytes
    assert len(shown["timings"]) == 8


def test_both_models_lie_in_memory_alike() -> None:
    """As weights of a file may lie: four bytes after the edge of a cache line."""
    model: Any = toys.bert()
    for parameter in model.parameters():
        shifted = torch.empty(parameter.numel() + 1)[1:].view(parameter.shape)
        parameter.data = shifted.copy_(parameter.detach())
    weights = [p.clone() for p in model.parameters()]
    this = subject(toys.bert())
    moved = replace(this, model=model)
    assert {p.data_ptr() % 64 for p in model.parameters()} == {4}
    measure_cost(moved, this, CostSettings(**QUICK), ticks())
    assert {p.data_ptr() % 64 for p in model.parameters()} == {0}
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), weights, strict=True))


def test_ties_count_once_and_dtypes_halve() -> None:
    model = marian()
    single = sum({p.data_ptr(): p.numel() for p in model.parameters()}.values())
    assert single < sum(p.numel() for p in model.state_dict().values())
    for dtype, width in (("float32", 4), ("bfloat16", 2), ("float16", 2)):
        cost = tombola.measure(model, **{**QUICK, "dtype": dtype, "batch_sizes": (1,)})
        assert cost.model.parameter_bytes == width * single
        assert cost.machine.dtype == dtype
    assert model.dtype == torch.float32
    assert cost.model.weight_file_bytes is None


def test_every_workload_is_timed_in_pairs() -> None:
    """With a clock that ticks once per reading every run takes a second."""
    a, b = subject(marian()), subject(marian(encoder_layers=1))
    settings = CostSettings(**{**QUICK, "new_tokens": 4, "warmup": 1})
    cost = measure_cost(a, b, settings, clock=ticks())
    shapes = [(n, length) for n in (1, 2) for length in (3, 5)]
    expected = [Workload("forward", *shape) for shape in shapes]
    expected += [Workload("generation", *shape, 4) for shape in shapes]
    assert [ratio.workload for ratio in cost.ratios] == expected
    assert [timing.workload for timing in cost.timings[::2]] == expected
    assert [timing.which for timing in cost.timings] == ["model", "against"] * 8
    for timing in cost.timings:
        assert timing.seconds == (1.0,) * 6
        assert timing.examples_per_second == timing.workload.batch_size
        work = timing.workload
        read = 4 if work.kind == "generation" else work.length
        assert timing.tokens_per_second == work.batch_size * read
        assert timing.peak_bytes is None
    assert all(ratio.spread.median == 1 for ratio in cost.ratios)


def ticks() -> Callable[[], float]:
    seconds: Iterator[float] = (float(i) for i in range(10**6))
    return lambda: next(seconds)


def machine(scatter: float, *sides: tuple[Any, float]) -> Callable[[], float]:
    """A clock on which a run takes as long as is said of the model that ran, give or take."""
    state = {"now": 0.0}
    rng = random.Random(0)

    def advance(seconds: float) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            state["now"] += seconds * rng.uniform(1 - scatter, 1 + scatter)

        return hook

    for side, seconds in sides:
        side.model.register_forward_hook(advance(seconds))
    return lambda: state["now"]


def said(folders: Path, model: Any, seconds: float, scatter: float = 0.01, **settings: Any) -> str:
    this, other = subject(model), subject(folders / "dense")
    clock = machine(scatter, (this, seconds), (other, 1.0))
    cost = measure_cost(this, other, CostSettings(**{**QUICK, "repeats": 12, **settings}), clock)
    assert cost.ratios[0].spread.median == pytest.approx(1 / seconds, rel=2 * scatter)
    return " ".join(cost.sentences)


def test_zeros_that_bring_nothing_are_called_so(folders: Path) -> None:
    words = said(folders, folders / "ticket", 1.0)
    assert "60% of the matrices' weights are zero, but nothing is faster or slower: " in words
    assert "Zeros are multiplied and kept in memory like any number (0.0 MB beside 0.0 MB)" in words


def test_a_gain_too_small_to_matter_is_none(folders: Path) -> None:
    assert "nothing is faster" in said(folders, folders / "ticket", 0.98)


def test_a_noisy_machine_is_not_called_equal(folders: Path) -> None:
    noisy = said(folders, folders / "ticket", 1.0, scatter=0.6)
    assert "no difference in speed could be shown" in noisy
    assert "wide enough to hide" in noisy


def test_smaller_shapes_that_are_faster(folders: Path) -> None:
    dense: Any = BertForSequenceClassification.from_pretrained(folders / "dense")
    smaller = remove(dense, {"encoder.0.self": [0]}, ["encoder.1.mlp"])
    share = 1 - sum(p.numel() for p in smaller.parameters()) / sum(
        p.numel() for p in dense.parameters()
    )
    words = said(folders, smaller, 0.5)
    assert f"The model has {share:.1%} fewer parameters: the model is faster in 4 of 4" in words
    assert "2.0" in words
    assert "95% interval" in words
    assert "crediting" not in words


def test_a_gain_that_zeros_cannot_explain(folders: Path) -> None:
    assert "before crediting sparsity" in said(folders, folders / "ticket", 0.5)


def test_a_slower_model_is_called_slower(folders: Path) -> None:
    words = said(folders, folders / "ticket", 1.5, batch_sizes=(1,), lengths=(3,))
    assert "zero: the model is slower in 1 of 1 workloads, 0.6" in words
    assert "crediting" not in words


def test_one_model_alone(folders: Path) -> None:
    alone = tombola.measure(folders / "ticket", **QUICK)
    assert alone.ratios == ()
    assert "not measured" in " ".join(alone.sentences)
    assert tombola.measure(folders / "dense", **QUICK).sentences == ()
    bare = tombola.measure(folders / "dense" / "config.json", **QUICK)
    assert bare.model.random_weights
    assert "drawn at random" in " ".join(bare.sentences)


def test_filled(folders: Path) -> None:
    this = subject(folders / "ticket")
    filled = without_zeros(this, seed=0)
    for (name, old), new in zip(
        this.model.named_parameters(), filled.model.parameters(), strict=True
    ):
        if ".layer." in name and "LayerNorm" not in name and name.endswith("weight"):
            assert int((new == 0).sum()) == 0
            assert new.std().item() == pytest.approx(old[old != 0].std().item(), rel=0.25)
            assert torch.equal(new[old != 0], old[old != 0])
        else:
            assert torch.equal(new, old)
    cost = tombola.measure(folders / "ticket", filled=True, **QUICK)
    assert cost.against is not None
    assert cost.against.sets["matrices"].zeros == 0


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        (toys.bert(), 64),
        (gpt2(), 12),
        (
            RobertaModel(
                RobertaConfig(
                    vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                    intermediate_size=8, max_position_embeddings=12, pad_token_id=1,
                )
            ).eval(),
            10,
        ),
    ],
)  # fmt: skip
def test_positions(model: Any, limit: int) -> None:
    """The limit is the last length that the model itself takes."""
    assert positions(model) == limit
    job(model, Workload("forward", 2, limit), 0)()
    with pytest.raises((IndexError, RuntimeError)):
        job(model, Workload("forward", 2, limit + 1), 0)()
    check(model, "it", Workload("forward", 2, limit))
    with pytest.raises(UserError, match=f"{limit + 1} tokens, but the model has {limit}"):
        check(model, "it", Workload("forward", 2, limit + 1))


def test_generation_is_as_long_as_it_is_said() -> None:
    for model, start, longest in ((gpt2(), 5, 7), (marian(), 1, 11)):
        given: list[torch.Tensor] = []
        generate = model.generate

        def keep(generate: Any = generate, given: Any = given, **inputs: Any) -> None:
            given.append(generate(**inputs))

        model.generate = keep
        work = Workload("generation", 2, 5, 4)
        check(model, "it", work)
        job(model, work, 0)()
        assert given[0].shape == (2, start + 4)
        check(model, "it", Workload("generation", 2, 5, longest))
        with pytest.raises(UserError, match="positions"):
            check(model, "it", Workload("generation", 2, 5, longest + 1))


def test_token_ids_are_words_and_drawn_from_the_seed() -> None:
    model = marian()
    work = Workload("forward", 50, 9)
    ids = random_ids(model, work, 3)
    assert set(ids[:, :-1].flatten().tolist()) == set(range(2, 20))
    assert set(ids[:, -1].tolist()) == {1}
    assert torch.equal(ids, random_ids(model, work, 3))
    assert not torch.equal(ids, random_ids(model, work, 4))


def test_nothing_global_is_touched() -> None:
    model: Any = toys.bert().train()
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    weights = {name: p.clone() for name, p in model.named_parameters()}
    cost: Cost = tombola.measure(model, filled=True, **{**QUICK, "threads": 2, "dtype": "bfloat16"})
    assert cost.machine.threads == 2
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training
    assert all(torch.equal(p, weights[name]) for name, p in model.named_parameters())


VIT = ViTModel(
    ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
)


@pytest.mark.parametrize(
    ("model", "changes", "words"),
    [
        (toys.bert(), {"repeats": 5}, "repeats"),
        (toys.bert(), {"batch_sizes": ()}, "batch_sizes"),
        (toys.bert(), {"lengths": (0,)}, "lengths.0"),
        (toys.bert(), {"lengths": (65,)}, "64 positions"),
        (toys.bert(), {"dtype": "int8"}, "float16"),
        (toys.bert(), {"device": "abacus"}, "no device 'abacus' here; there is: cpu"),
        (toys.bert(), {"device": "meta"}, "no device"),
        (toys.bert(), {"device": "cpu:1"}, "no device"),
        (toys.bert(), {"threads": 10**6}, "this machine has"),
        (toys.bert(), {"new_tokens": 3}, "does not generate"),
        (toys.bert(), {"nonsense": 3}, "unknown key 'nonsense'"),
        (VIT, {}, "only models of text"),
        (gpt2(GPT2ForSequenceClassification, pad_token_id=None), {}, "cannot be timed"),
        (torch.nn.Linear(2, 2), {}, "no transformers model"),
    ],
)
def test_refusals(model: Any, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words) as problem:
        tombola.measure(model, **{**QUICK, **changes})
    assert "\n" not in str(problem.value)


def test_a_model_without_memory_cannot_run(folders: Path) -> None:
    with torch.device("meta"):
        empty = BertForSequenceClassification(BertConfig(num_hidden_layers=1))
    with pytest.raises(UserError, match="meta device"):
        tombola.measure(empty, **QUICK)
    with pytest.raises(UserError, match="not both"):
        tombola.measure(folders / "ticket", folders / "dense", filled=True)
    assert find_device("cpu:0").type == "cpu"
