"""Training that prunes on its way: kept, released, and after fine-tuning."""

from pathlib import Path
from typing import Any

import pytest
import small

from tombola import tables, tickets
from tombola.errors import UserError
from tombola.study.library import Library
from tombola.study.plan import plan

SPARSIFY = {"amount": [0.3, 0.6], "end": 4, "every": 2}


def raw(folder: Path) -> dict[str, Any]:
    """The sentences of the small study as two tasks: the first stands for pre-training."""
    value = small.raw(small.cola_folder(folder / "text"))
    value["tasks"]["text"] = dict(value["tasks"]["toy"])
    training = value["steps"]["dense"]["training"]
    first = {"of": "sparse", "rename": {"task": "first"}}
    value["steps"] = {
        "tuned": {"do": "train", "model": "bert", "task": "toy", "training": training},
        "sparse": {"do": "train", "model": "bert", "task": "text", "training": training,
                   "sparsify": SPARSIFY},
        "kept": {"do": "train", "model": first, "mask": first, "task": "toy", "training": training},
        "released": {"do": "train", "model": first, "task": "toy", "training": training},
        "after": {"do": "train", "model": "tuned", "training": training,
                  "sparsify": {"amount": [0.3, 0.6], "end": 0}},
        "freed": {"do": "differences", "of": "released", "to": "kept"},
    }  # fmt: skip
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sparsify")
    return small.ran(raw(folder), folder / "out")


def test_what_is_kept_stays_pruned_and_what_is_released_grows_back(done: Path) -> None:
    models = tables.read(done / "tables", "models")
    for amount in ("0.3", "0.6"):
        by = models[models["amount"] == amount].set_index("step")
        for step in ("sparse", "kept", "after"):
            assert by.loc[step, "sparsity"] == pytest.approx(float(amount), abs=0.01)
        assert by.loc["kept", "mask"] == by.loc["sparse", "mask"]
        assert (by.loc["released", "sparsity"], by.loc["released", "mask"]) == (0, "")
        name = by.loc["sparse", "model"]
        sparse = tickets.load(done / "stages" / str(name) / "model")
        released = tickets.load(done / "stages" / str(by.loc["released", "model"]) / "model")
        assert sparse.mask is not None
        now = dict(released.model.named_parameters())
        grown = sum(int((now[n][~sparse.mask[n]] != 0).sum()) for n in sparse.mask)
        assert grown > 0.9 * sparse.mask.n_pruned
        for n, parameter in sparse.model.named_parameters():
            if n in sparse.mask:
                assert not parameter[~sparse.mask[n]].any()
    freed = tables.read(done / "tables", "differences")
    assert list(freed["against"]) == ["kept", "kept"]


@pytest.mark.parametrize(("change", "said"), [
    ("kept.mask={of: tuned, rename: {task: other}}", "tuned trains every weight, so it holds no"),
    ("after.mask=tuned", "sparsify: draws masks of its own"),
    ("sparse.sparsify.end=7", "ends at step 7, after the training's 6"),
    ("sparse.sparsify={amount: 0.5, begin: 5, end: 4}", "end 4 is before begin 5"),
    ("sparse.sparsify={amount: 0.5, end: 4, sets: []}", "no such parameters"),
])  # fmt: skip
def test_what_cannot_be_is_one_line_before_work(tmp_path: Path, change: str, said: str) -> None:
    def planned() -> None:
        recipe = small.of(raw(tmp_path), change)
        plan(recipe, Library(recipe))

    with pytest.raises(UserError, match=said):
        planned()


def test_a_step_without_it_has_the_hash_that_it_always_had(tmp_path: Path) -> None:
    recipe = small.recipe(tmp_path / "text")
    stages = plan(recipe, Library(recipe))
    assert stages[0].facts.keys() == {
        "step", "kind", "version", "threads", "seed", "training", "task", "models", "reads",
    }  # fmt: skip
