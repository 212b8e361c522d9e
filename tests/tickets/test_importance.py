"""Importance of heads and MLPs, against the plainest computations of it."""

import copy
import math
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import toys
from anatomy import tiny
from realdata import published
from tombola.anatomy import Gates, anatomy, gated
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS
from tombola.text import IGNORED
from tombola.tickets import PART_SCORES, Importance, Sight, agreements

Row = dict[str, Any]
Loss = Callable[[nn.Module, Any], Tensor]
CLASSES = TASK_KINDS["classification"].loss
WORDS = TASK_KINDS["translation"].loss


def flat(found: Importance) -> Tensor:
    return torch.cat([found.values("heads"), found.values("mlps")])


def rows(n: int, targets: bool = False, seed: int = 3) -> list[Row]:
    """Sentences of several lengths; `targets` have several lengths, too."""
    generator = torch.Generator().manual_seed(seed)

    def words(least: int, most: int) -> list[int]:
        length = int(torch.randint(least, most + 1, (), generator=generator))
        return torch.randint(2, 20, (length,), generator=generator).tolist()

    found = []
    for i in range(n):
        ids = words(3, 7)
        labels: Any = words(1, 6) if targets else i % 2
        found.append({"input_ids": ids, "attention_mask": [1] * len(ids), "labels": labels})
    return found


def sight(
    model: nn.Module, given: list[Row], size: int, loss: Loss = CLASSES, **more: Any
) -> Sight:
    batches = toys.Batches(given, size, pad=0)
    return Sight(model, batches.in_order, loss, **more)


def plain(model: nn.Module, given: Iterable[Any], loss: Loss) -> list[Tensor]:
    """The gradient of each batch's mean loss by gates that all examples share, one at a time."""
    found = []
    for batch in given:
        gates = Gates.ones(anatomy(model), dtype=torch.float64, requires_grad=True)
        with gated(model, gates):
            loss(model, batch).backward()
        every = [*gates.heads.values(), *gates.mlps.values()]
        found.append(torch.cat([gate.grad.reshape(-1) for gate in every]))
    return found


def double(case: str) -> nn.Module:
    """A tiny model in double precision."""
    return next(c for c in tiny.CASES + tiny.OTHER_CLASSES if str(c) == case).model().double()


MODELS = [
    ("BertForSequenceClassification", False),
    ("DistilBertForSequenceClassification", False),
    ("AlbertForSequenceClassification", False),
    ("OPTForCausalLM", True),
    ("MarianMTModel", True),
    ("T5ForConditionalGeneration", True),
    ("FSMTForConditionalGeneration", True),
]


def set_of(case: str, targets: bool, n: int = 7) -> tuple[nn.Module, list[Row], Loss]:
    model, given = double(case), rows(n, targets)
    if case == "OPTForCausalLM":  # learns its own input
        given = [{**row, "labels": row["input_ids"]} for row in given]
    if case == "FSMTForConditionalGeneration":
        return model, given, _with_decoder_inputs  # does not make them of labels
    return model, given, WORDS if targets else CLASSES


def _with_decoder_inputs(model: nn.Module, batch: Any) -> Tensor:
    return WORDS(model, {**batch, "decoder_input_ids": batch["labels"].clamp(min=0)})


@pytest.mark.parametrize(("case", "targets"), MODELS)
def test_per_example_is_the_mean_of_single_examples(case: str, targets: bool):
    model, given, loss = set_of(case, targets)
    with tiny.AllDouble():
        found = PART_SCORES["gate"].score(sight(model, given, 3, loss))
        alone = plain(model, toys.Batches(given, 1, pad=0).in_order(), loss)
    assert found.n == 7
    kinds = {name.rpartition(".")[2] for name in found.heads}
    assert kinds == ({"self", "cross"} if model.config.is_encoder_decoder else {"self"})
    wanted = torch.stack(alone).abs().mean(0)
    assert torch.allclose(flat(found), wanted, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize(("case", "targets"), MODELS)
def test_per_batch_and_as_published_are_those_of_whole_batches(case: str, targets: bool):
    """As published: gradients are never set back, and absolute values of the sums are summed."""
    model, given, loss = set_of(case, targets)
    with tiny.AllDouble():
        whole = plain(model, toys.Batches(given, 3, pad=0).in_order(), loss)
        by_batch = PART_SCORES["gate"].score(sight(model, given, 3, loss, per="batch"))
        published = PART_SCORES["gate"].score(sight(model, given, 3, loss, per="as_published"))
    assert by_batch.n == published.n == len(whole) == 3
    prefixes = list(accumulate(whole))
    assert torch.allclose(flat(by_batch), torch.stack(whole).abs().mean(0), atol=1e-10)
    assert torch.allclose(flat(published), torch.stack(prefixes).abs().sum(0), atol=1e-10)
    assert not torch.allclose(flat(published), torch.stack(whole).abs().sum(0), rtol=1e-3)


def test_as_published_is_what_gradients_that_pile_up_give():
    """The loop as it was described: one mask of each kind, backward after backward."""
    model = toys.bert(layers=2, dropout=0.0).double().eval()
    given = list(toys.batches(20).in_order())
    gates = Gates.ones(anatomy(model), dtype=torch.float64, requires_grad=True)
    heads, mlps = torch.zeros(2, 2).double(), torch.zeros(2).double()
    for batch in given:
        with gated(model, gates):
            CLASSES(model, batch).backward()
        heads += torch.stack([gate.grad for gate in gates.heads.values()]).abs()
        mlps += torch.stack([gate.grad for gate in gates.mlps.values()]).abs()
    found = PART_SCORES["gate"].score(Sight(model, lambda: given, CLASSES, "as_published"))
    assert torch.allclose(found.values("heads"), heads.flatten(), atol=1e-10)
    heads /= heads.norm(dim=1, keepdim=True) + 1e-20
    heads = (heads - heads.min()) / (heads.max() - heads.min())
    mlps = (mlps - mlps.min()) / (mlps.max() - mlps.min())
    assert torch.allclose(flat(found.normed()), torch.cat([heads.flatten(), mlps]), atol=1e-10)


def test_gate_against_finite_differences_of_the_loss():
    model = toys.bert(layers=2, dropout=0.0).double().eval()
    body, given = anatomy(model), toys.batches(4, batch_size=1)
    step, wanted = 1e-5, []
    for parts in ("heads", "mlps"):
        for name, gate in getattr(Gates.ones(body), parts).items():
            for unit in range(gate.numel()):
                slopes = []
                for batch in given.in_order():
                    ends = []
                    for sign in (1, -1):
                        gates = Gates.ones(body, dtype=torch.float64)
                        getattr(gates, parts)[name].view(-1)[unit] += sign * step
                        with gated(model, gates), torch.no_grad():
                            ends.append(float(CLASSES(model, batch)))
                    slopes.append(abs(ends[0] - ends[1]) / (2 * step))
                wanted.append(sum(slopes) / len(slopes))
    found = PART_SCORES["gate"].score(Sight(model, given.in_order, CLASSES))
    assert np.allclose(flat(found), wanted, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(("case", "targets"), MODELS)
def test_every_score_is_that_of_single_examples_and_leaves_the_model_alone(
    case: str, targets: bool
):
    model, given, loss = set_of(case, targets)
    model.train()
    model.get_submodule(next(n for n, m in model.named_modules() if not list(m.children()))).eval()
    modes = [module.training for module in model.modules()]
    before = copy.deepcopy(model.state_dict())
    for name, score in PART_SCORES.items():
        with tiny.AllDouble():
            together = score.score(sight(model, given, 7, loss))
            alone = score.score(sight(model, given, 1, loss))
        assert (together.score, together.n) == (name, 7 if score.reads else 0)
        assert torch.allclose(flat(together), flat(alone), rtol=1e-7, atol=1e-10), name
        assert flat(together).dtype == torch.float64
    assert [module.training for module in model.modules()] == modes
    assert all(p.grad is None and p.requires_grad for p in model.parameters() if p.requires_grad)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_at_tokens_nothing_cancels_and_frozen_models_are_scored_too():
    model = toys.bert(layers=2, dropout=0.0)
    given = toys.batches(12)
    at_gate = PART_SCORES["gate"].score(Sight(model, given.in_order, CLASSES))
    at_tokens = PART_SCORES["token"].score(Sight(model, given.in_order, CLASSES))
    assert (flat(at_tokens) >= flat(at_gate) * (1 - 1e-5)).all()
    assert not torch.allclose(flat(at_tokens), flat(at_gate))
    model.requires_grad_(False)
    for name, wanted in (("gate", at_gate), ("token", at_tokens)):
        again = PART_SCORES[name].score(Sight(model, given.in_order, CLASSES))
        assert torch.equal(flat(again), flat(wanted))


def test_at_a_single_token_the_gate_is_all_there_is():
    """Of sentences with one word, the gradient at the token is that of the gate."""
    model = toys.bert(layers=2, dropout=0.0).double()
    given = [{"input_ids": [i], "attention_mask": [1], "labels": i % 2} for i in range(1, 9)]
    at_gate, at_tokens = (PART_SCORES[n].score(sight(model, given, 4)) for n in ("gate", "token"))
    assert torch.allclose(flat(at_tokens), flat(at_gate), rtol=1e-6)


def test_magnitude_is_the_norm_of_a_heads_own_weights():
    model = toys.bert(layers=2)
    found = PART_SCORES["magnitude"].score(Sight(model))
    attention, layer = model.bert.encoder.layer[1].attention, model.bert.encoder.layer[1]
    own = slice(8, 16)
    made = [getattr(attention.self, name) for name in ("query", "key", "value")]
    parts = [m.weight[own] for m in made] + [m.bias[own] for m in made]
    parts += [attention.output.dense.weight[:, own]]
    wanted = torch.cat([p.flatten() for p in parts]).double().norm()
    assert torch.isclose(found.heads["encoder.1.self"][1], wanted)
    parts = [*layer.intermediate.dense.parameters(), *layer.output.dense.parameters()]
    wanted = torch.cat([p.flatten() for p in parts]).double().norm()
    assert torch.isclose(found.mlps["encoder.1.mlp"], wanted)


def test_what_the_norms_do():
    heads = {"encoder.0.self": [3.0, 4.0], "encoder.1.self": [0.0, 2.0], "encoder.2.self": [0, 0]}
    mlps = {"encoder.0.mlp": 2.0, "encoder.1.mlp": 6.0, "encoder.2.mlp": 3.0}
    raw = Importance(
        "gate", "example",
        {k: torch.tensor(v).double() for k, v in heads.items()},
        {k: torch.tensor(v).double() for k, v in mlps.items()}, 9,
    )  # fmt: skip

    def both(norm: Any) -> tuple[list[float], list[float]]:
        found = raw.normed(norm)
        return found.values("heads").tolist(), found.values("mlps").tolist()

    assert both("none") == ([3, 4, 0, 2, 0, 0], [2, 6, 3])
    assert both("l2") == (pytest.approx([0.6, 0.8, 0, 1, 0, 0]), [2, 6, 3])
    assert both("min-max") == ([0.75, 1, 0, 0.5, 0, 0], [0, 1, 0.25])
    assert both("l2-min-max") == (pytest.approx([0.6, 0.8, 0, 1, 0, 0]), [0, 1, 0.25])
    of_one = Importance(
        "gate", "example", raw.heads, {"encoder.0.mlp": raw.mlps["encoder.0.mlp"]}, 9
    )
    assert math.isnan(of_one.normed().values("mlps").item())
    table = list(raw.rows())
    assert len(table) == 9
    assert table[3] == {
        "stack": "encoder", "layer": 1, "block": "self", "head": 1, "value": 2.0,
        "normed": pytest.approx(1.0),
    }  # fmt: skip
    assert {row["head"] for row in table if row["block"] == "mlp"} == {-1}


def test_scores_that_rank_alike_agree():
    def of(name: str, heads: list[float], mlps: list[float]) -> Importance:
        tensors = {f"encoder.{i}.mlp": torch.tensor(v).double() for i, v in enumerate(mlps)}
        return Importance(name, "", {"encoder.0.self": torch.tensor(heads).double()}, tensors, 1)

    one = of("one", [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    other = of("other", [1.0, 3.0, 2.0, 4.0], [30.0, 20.0, 10.0])
    flat_one = of("flat", [1.0, 1.0, 1.0, 1.0], [5.0, 5.0, 5.0])
    found = {
        (f.a, f.b, f.parts): (f.n, f.spearman, f.kendall)
        for f in agreements([one, other, flat_one])
    }
    assert found["one", "other", "heads"] == (4, pytest.approx(0.8), pytest.approx(2 / 3))
    assert found["one", "other", "mlps"] == (3, pytest.approx(-1), pytest.approx(-1))
    assert np.isnan(found["one", "flat", "mlps"][1:]).all()
    assert len(found) == 6


def test_what_cannot_be_scored_is_said():
    model, given = toys.bert(), toys.batches(4)
    for name in ("gate", "token", "activation"):
        with pytest.raises(UserError, match="no examples"):
            PART_SCORES[name].score(Sight(model, tuple, CLASSES))
        with pytest.raises(UserError, match="needs a task"):
            PART_SCORES[name].score(Sight(model, given.in_order))
        with pytest.raises(UserError, match="supported families"):
            PART_SCORES[name].score(Sight(nn.Linear(2, 2), given.in_order, CLASSES))
    with pytest.raises(UserError, match="unknown importance score 'size'"):
        PART_SCORES["size"]
    with torch.no_grad():
        model.classifier.weight.fill_(torch.nan)
    for name in ("gate", "token", "activation"):
        with pytest.raises(UserError, match="the loss of batch 1 is nan"):
            PART_SCORES[name].score(Sight(model, given.in_order, CLASSES))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert all(p.requires_grad for p in model.parameters())


def test_an_example_without_a_label_that_counts_is_none():
    model, given, loss = set_of("MarianMTModel", True, n=3)
    empty = {**given[0], "labels": [IGNORED, IGNORED]}
    with tiny.AllDouble():
        with_it = PART_SCORES["gate"].score(sight(model, [*given, empty], 4, loss))
        without = PART_SCORES["gate"].score(sight(model, given, 4, loss))
    assert with_it.n == without.n == 3
    assert torch.allclose(flat(with_it), flat(without), atol=1e-10)


@pytest.fixture(scope="module")
def bundle() -> dict[str, np.ndarray]:
    with np.load(published("prasanna_2020") / "masks.npz") as found:
        return dict(found)


def test_published_importances_are_normed_as_ours(bundle: dict[str, np.ndarray]):
    """Each is, but for one shift and scale, rows of length 1; and then our norm changes nothing."""
    n = 0
    for name in ("unpruned", "heads_mlps"):
        tasks = bundle[f"{name}__tasks"]
        for task, scores in zip(tasks, bundle[f"{name}__head_importance"], strict=True):
            for given in scores.astype(np.float64):
                if name != "unpruned" and str(task) == "WNLI":
                    continue
                assert (given.min(), given.max()) == (0, 1)
                rows_of_one = _unshifted(given)
                assert np.abs(np.linalg.norm(rows_of_one, axis=1) - 1).max() < 1e-5
                blocks = {
                    f"encoder.{i}.self": torch.from_numpy(row) for i, row in enumerate(rows_of_one)
                }
                ours = Importance("gate", "as_published", blocks, {}, 1).normed()
                assert np.allclose(ours.values("heads").numpy(), given.ravel(), atol=1e-5)
                n += 1
    assert n == 45 + 40


def _unshifted(given: np.ndarray) -> np.ndarray:
    """Undo a min-max: the rows scale · (x + shift) that are all of length 1, by least squares."""
    # Equal lengths: Σx² + 2·shift·Σx is the same number for all rows.
    squares, sums = (given**2).sum(1), given.sum(1)
    design = np.stack([np.ones(len(given)), -2 * sums], 1)
    (same, shift), *_ = np.linalg.lstsq(design, squares, rcond=None)
    return (given + shift) / math.sqrt(same + given.shape[1] * shift**2)


def test_the_published_histogram_of_figure_3(bundle: dict[str, np.ndarray]):
    """CoLA, seed 71, before anything is pruned; the line stands at the fifteenth lowest."""
    task = [str(t) for t in bundle["unpruned__tasks"]].index("CoLA")
    seed = bundle["seeds"].tolist().index(71)
    scores = bundle["unpruned__head_importance"][task, seed]
    bins = [13, 26, 13, 14, 14, 15, 9, 6, 8, 3, 2, 2, 6, 1, 3, 2, 3, 1, 1, 0, 0, 0, 0, 2]
    assert np.histogram(scores, 24)[0].tolist() == bins
    assert np.sort(scores.ravel())[14] == pytest.approx(0.047, abs=5e-4)
    assert np.median(scores) == pytest.approx(0.194, abs=5e-4)


def test_the_published_agreement_of_seeds(bundle: dict[str, np.ndarray]):
    """Spearman's correlation of two seeds' importance of heads, the mean over ten pairs."""
    wanted = {
        "CoLA": 0.52, "SST-2": 0.62, "MRPC": 0.49, "STS-B": 0.50, "QQP": 0.43, "MNLI": 0.72,
        "QNLI": 0.55, "RTE": 0.41, "WNLI": 0.36,
    }  # fmt: skip
    for task, scores in zip(
        bundle["unpruned__tasks"], bundle["unpruned__head_importance"], strict=True
    ):
        seeds = [
            Importance(
                str(seed), "as_published", {"encoder": torch.from_numpy(own).double()}, {}, 1
            )
            for seed, own in zip(bundle["seeds"], scores.reshape(5, 144), strict=True)
        ]
        found = [a for a in agreements(seeds, "none") if a.parts == "heads"]
        assert [a.n for a in found] == [144] * 10
        assert np.mean([a.spearman for a in found]) == pytest.approx(wanted[str(task)], abs=0.006)


def test_the_published_masks_take_the_lowest_of_our_order(bundle: dict[str, np.ndarray]):
    """The first step prunes fourteen heads: the lowest before pruning are in 43 of 44 masks."""
    whole = masked = 0
    tasks = [str(task) for task in bundle["unpruned__tasks"]]
    for i, task in enumerate(bundle["heads_mlps__tasks"]):
        for mask, own in zip(
            bundle["heads_mlps__head_mask"][i],
            bundle["unpruned__head_importance"][tasks.index(str(task))],
            strict=True,
        ):
            lowest = np.argsort(own.ravel(), kind="stable")[:14]
            whole += int(mask.all())
            masked += int(not mask.ravel()[lowest].any())
    assert (whole, masked) == (1, 43)
