"""Steps around tickets: draw, control, best, worth, matching, and what weights show."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small

from tombola import tables, tickets
from tombola.anatomy import anatomy
from tombola.errors import UserError
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.tickets.controls.control import CONTROLS


def raw(folder: Path) -> dict[str, Any]:
    value = small.raw(small.cola_folder(folder / "text"))
    value["tasks"]["toy"]["held"] = 0.5
    value["models"]["bert"]["new"]["num_hidden_layers"] = 2
    training = {"steps": 3, "batch_size": 8, "learning_rate": [0.01, 0.02]}
    value["steps"] = {
        "grid": {"do": "train", "model": "bert", "task": "toy", "training": training},
        "dense": {"do": "best", "of": "grid", "across": "learning_rate"},
        "drawn": {"do": "draw", "of": {"of": "grid", "learning_rate": 0.01}, "scope": "matrix",
                  "amount": [0.3, 0.5, 0.7]},
        "lots": {"do": "draw", "of": "bert", "task": "toy", "criterion": "random", "amount": 0.5},
        "controls": {"do": "control", "of": {"of": "drawn", "amount": 0.5},
                     "model": "bert", "choose": list(CONTROLS)},
        "trained": {"do": "train", "model": {"of": "controls", "choose": "sign-only"},
                    "mask": {"of": "controls", "choose": "sign-only"},
                    "training": {"steps": 2, "learning_rate": 0.01}},
        "line": {"do": "worth", "of": "drawn", "to": "drawn", "across": "amount"},
        "match": {"do": "matching", "of": "drawn", "to": {"of": "grid", "learning_rate": 0.01},
                  "across": "amount", "rules": ["full-sd", "ticket-sd", "paired", "ratio"]},
        "moved": {"do": "movement", "of": [{"of": "grid", "at": 1}, "grid"],
                  "to": {"of": "grid", "at": 0}, "bins": 4},
        "sums": {"do": "magnitudes", "of": "grid", "shares": [0.5]},
        "bands": {"do": "head-bands", "of": {"of": "grid", "learning_rate": 0.01}},
        "words": {"do": "word-magnitudes", "of": "bert", "text": "toy"},
    }  # fmt: skip
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tickets")
    return small.ran(raw(folder), folder / "out")


def read(done: Path, name: str) -> pd.DataFrame:
    return tables.read(done / "tables", name)


def ticket(done: Path, **which: Any) -> tickets.Ticket:
    models = read(done, "models")
    for column, value in which.items():
        models = models[models[column] == value]
    (name,) = models["model"]
    return tickets.load(done / "stages" / name / "model")


def test_the_best_is_chosen_where_nothing_is_reported(done: Path) -> None:
    choices, held = read(done, "choices"), read(done, "held-scores").set_index("model")["score"]
    for _, rows in choices.groupby("model"):
        assert (rows["by"] == "held").all()
        assert list(rows["score"]) == [held[tried] for tried in rows["tried"]]
        (chosen,) = rows.index[rows["chosen"]]
        assert rows.loc[chosen, "score"] == rows["score"].max()
        scores = read(done, "scores").set_index("model")["score"]
        assert scores[rows["model"].iloc[0]] == scores[rows.loc[chosen, "tried"]]


def test_what_is_drawn_has_its_size_and_controls_have_their_tickets(done: Path) -> None:
    for amount in (0.3, 0.5, 0.7):
        found = ticket(done, step="drawn", seed=1, amount=str(amount)).mask
        assert found is not None
        for name in found:
            n = found[name].numel()
            assert found.n_survivors(name) == n - round(amount * n)
    drawn = ticket(done, step="drawn", seed=1, amount="0.5").mask
    assert drawn is not None
    for name in CONTROLS:
        other = ticket(done, step="controls", seed=1, choose=name)
        assert other.mask is not None
        sizes = [[mask.n_survivors(each) for each in mask] for mask in (drawn, other.mask)]
        assert sizes[0] == sizes[1]
        keeps = name not in ("shuffled", "rows-as-published")
        assert (other.mask == drawn) == keeps
    signs = ticket(done, step="controls", seed=1, choose="sign-only")
    key = "bert.encoder.layer.0.attention.self.key.weight"
    weight = dict(signs.model.named_parameters())[key].detach()
    assert weight[drawn[key]].abs().unique().numel() == 1
    rows = ticket(done, step="controls", seed=1, choose="rows-as-published").mask
    assert rows is not None
    assert (rows[key].sum(1) == drawn[key].sum(1)).all()
    trained = ticket(done, step="trained", seed=1)
    assert trained.mask == drawn


def test_layers_and_weights_change_places(done: Path) -> None:
    names = [f"bert.encoder.layer.{layer}.attention.self.key.weight" for layer in (0, 1)]
    by = {}
    for name in ("layer-shuffled", "weights-shuffled", "shuffled"):
        model = ticket(done, step="controls", seed=1, choose=name)
        assert model.mask is not None
        by[name] = (dict(model.model.named_parameters()), model.mask)
    plain, kept = by["shuffled"]  # the weights that all begin with, under another mask
    moved, mask = by["layer-shuffled"]
    both = mask[names[0]] & kept[names[1]]
    assert (moved[names[0]][both] == plain[names[1]][both]).all()
    values = by["weights-shuffled"][0][names[0]].detach()[mask[names[0]]]
    assert len(values.unique()) > 0.9 * len(values)


def test_a_line_goes_by_the_scores(done: Path) -> None:
    worth, points = read(done, "worth"), read(done, "worth-points")
    assert set(worth["left_out"]) == {"", "0.3", "0.5", "0.7"}
    scores = read(done, "scores").set_index("model")["score"]
    assert list(points["y"]) == [scores[name] for name in points["model"]]
    whole = worth[worth["left_out"] == ""]
    assert (whole["n"] == 3).all()
    if points["x"].nunique() > 1:  # scores beside themselves
        assert np.allclose(whole["slope"], 1)
        assert np.allclose(whole["per_bit"], np.log(2))


def test_rules_and_movement_and_sums_have_rows(done: Path) -> None:
    matching = read(done, "matching")
    assert set(matching["rule"]) == {"full-sd", "ticket-sd", "paired", "ratio"}
    assert (matching["seeds"] == 3).all()
    assert (matching["full_seeds"] == 1).all()
    answers = matching.set_index("rule")["answer"]
    assert answers["full-sd"] == "undecided"  # one run has no spread
    moved = read(done, "movement")
    whole = moved[moved["role"] == "all"]
    assert len(whole) == 2 * 2
    one = whole[~whole["model"].str.contains("@")].iloc[0]
    after = tickets.load(done / "stages" / str(one["model"]) / "model").model
    chosen = [p for p in anatomy(after).in_sets(("matrices", "pooler")) if len(p.shape) > 1]
    name, _, moment = str(one["against"]).partition("@")
    assert (name, moment) == (one["model"], "0")
    assert one["n"] == sum(p.size for p in chosen)
    assert 0 < one["mean"] < one["chance"]
    ranks = read(done, "movement-ranks")
    assert np.allclose(ranks.groupby(["model", "against"])["share"].sum(), 1)
    sums, heads = read(done, "pruned-magnitude"), read(done, "head-shares")
    assert set(sums["scope"]) == {"matrix", "global"}
    assert ((sums["share"] > 0) & (sums["share"] < 0.5)).all()
    assert (heads["heads"] == 4).all()
    bands, maps = read(done, "head-bands"), read(done, "magnitude-maps")
    assert set(bands["role"]) == {"query", "key", "value", "output"}
    assert set(maps["head"]) == {0, 1}
    words = read(done, "word-magnitudes")
    assert set(zip(words["about"], words["fixed"], strict=True)) == {
        ("length", ""), ("frequency", ""), ("length", "frequency"), ("frequency", "length"),
    }  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [
    ("dense.by=dev", "by"),
    ("tasks.toy.held=null", "holds no examples apart"),
    ("line.across=learning_rate", "three points make a line; fewer here"),
    ("line.without=[0.4]", "no point at 0.4; allowed: 0.3, 0.5, 0.7"),
    ("controls.choose=smaller", "choose"),
    ("sums.scopes=[heads]", "no scope 'heads'"),
])  # fmt: skip
def test_what_cannot_be_is_one_line_before_work(tmp_path: Path, change: str, said: str) -> None:
    def planned() -> None:
        recipe = small.of(raw(tmp_path), change)
        plan(recipe, Library(recipe))

    with pytest.raises(UserError, match=said):
        planned()
