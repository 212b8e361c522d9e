"""The steps `prune-parts` and `subnetwork`: heads and MLPs go, and what is left is held up."""

from pathlib import Path
from typing import Any

import pytest
import small
import torch

from tombola import anatomy, masks, tables
from tombola.anatomy import load_model
from tombola.errors import UserError
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan


def raw(folder: Path, **more: Any) -> dict[str, Any]:
    value = small.raw(small.cola_folder(folder / "text"))
    value["models"]["bert"]["new"] |= {"num_hidden_layers": 2, "num_attention_heads": 4}
    value["steps"] = {
        "dense": value["steps"]["dense"],
        "pruned": {"do": "prune-parts", "of": "dense", "heads": 0.25, **more},
    }
    value["tasks"]["toy"] |= {"metric": "accuracy"}
    return value


def planned(value: dict[str, Any]) -> None:
    recipe = small.of(value)
    plan(recipe, Library(recipe))


def loop(out: Path) -> Any:
    return tables.read(out / "tables", "prunings")


def test_every_turn_is_recorded_and_the_last_that_held_is_the_ticket(tmp_path: Path) -> None:
    value = raw(tmp_path, what=["joint", "heads", "mlps"], share=0.8)
    value["steps"]["alike"] = {
        "do": "subnetwork",
        "of": {"of": "pruned", "what": "joint"},
        "unit": "parts",
        "choose": ["good", "random", "bad", "random-as-published"],
    }
    value["steps"]["retrained"] = {
        "do": "train",
        "model": "bert",
        "mask": "alike",
        "training": {"steps": 2, "batch_size": 8},
    }
    value["steps"]["agree"] = {
        "do": "overlap", "of": "pruned", "across": "what", "unit": "heads",
    }  # fmt: skip
    out = tmp_path / "out"
    small.ran(value, out)
    turns, models = loop(out), tables.read(out / "tables", "models").set_index("model")
    parts = tables.read(out / "tables", "pruned-parts")
    for name, rows in turns.groupby("model"):
        assert list(rows["pruning"]) == list(range(len(rows)))
        assert rows["phase"].iloc[0] == "full"
        assert (rows["kept"] == (rows["score"] >= rows["floor"])).all()
        held = rows[rows["kept"]].iloc[-1]
        assert models.loc[name, "sparsity"] == pytest.approx(held["sparsity"])
        alive = parts[(parts["model"] == name) & (parts["pruning"] == held["pruning"])]
        heads = alive[alive["head"] >= 0]
        assert heads["survives"].sum() == held["heads"]
        assert heads.loc[heads["survives"], "value"].notna().all()
        assert heads.loc[~heads["survives"], "value"].isna().all()
        # what goes in a turn is what was least important in the turn it is read from
        before = parts[(parts["model"] == name) & (parts["pruning"] == 0)].set_index(
            ["stack", "layer", "block", "head"]
        )
        after = parts[(parts["model"] == name) & (parts["pruning"] == 1)].set_index(before.index)
        for chosen in (before.index.get_level_values("head") >= 0,
                       before.index.get_level_values("head") < 0):  # fmt: skip
            gone, stay = (before[chosen & (after["survives"] == s)] for s in (False, True))
            if len(gone):
                assert gone["normed"].max() <= stay["normed"].min()
    drawn = {
        row["choose"]: masks.load(out / "stages" / name / "model" / "mask.safetensors")
        for name, row in models[models["step"] == "alike"].iterrows()
    }
    good = masks.load(
        out / "stages" / models.index[(models["step"] == "pruned") & (models["what"] == "joint")][0]
        / "model" / "mask.safetensors"
    )  # fmt: skip
    assert drawn["good"] == good
    assert len({mask.n_pruned for name, mask in drawn.items() if "published" not in name}) == 1
    assert set(models.loc[models["step"] == "retrained", "choose"]) == set(drawn)
    shared = tables.read(out / "tables", "overlap")
    assert set(shared["unit"]) == {"heads"}
    assert set(shared["n"]) == {8}


def test_the_published_way_begins_a_phase_with_what_it_saw_last(tmp_path: Path) -> None:
    value = raw(tmp_path, per="as_published", stale=[False, True], pruned_count=True)
    # an empty network says one thing, and so has a Matthews correlation of none
    value["tasks"]["toy"]["metric"] = "matthews"
    value["steps"]["dense"]["training"]["steps"] = 60
    out = tmp_path / "out"
    small.ran(value, out)
    parts = tables.read(out / "tables", "pruned-parts")
    models = tables.read(out / "tables", "models").set_index("model")
    for name, rows in loop(out).groupby("model"):
        refused = rows.loc[~rows["kept"], "pruning"]
        assert list(rows["phase"].unique()) == ["full", "joint", "heads"]
        assert len(refused) == 2
        seen = parts[(parts["model"] == name) & parts["pruning"].isin(refused)]
        assert seen["normed"].notna().any() == (str(models.loc[name, "stale"]) == "True")


def test_what_is_chosen_on_examples_apart_is_scored_on_the_others(tmp_path: Path) -> None:
    value = raw(tmp_path, split="held", share=0.5)
    value["tasks"]["toy"]["held"] = 0.5
    out = tmp_path / "out"
    small.ran(value, out)
    held, scores = (
        tables.read(out / "tables", name).set_index("model") for name in ("held-scores", "scores")
    )
    assert set(held["n"]) == set(scores["n"]) == {10}
    turns = loop(out)
    last = turns[turns["kept"]].iloc[-1]
    assert held.loc[last["model"], "score"] == pytest.approx(last["score"])
    dense = tables.read(out / "tables", "models").set_index("step").loc["dense", "model"]
    assert turns["score"].iloc[0] == held.loc[dense, "score"]


def test_a_ticket_may_be_trained_without_what_is_gone(tmp_path: Path) -> None:
    value = raw(tmp_path, what="heads", share=0.3)
    value["models"]["bert"]["new"] |= {
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    value["steps"]["dense"]["training"]["steps"] = 30
    value["steps"]["retrained"] = {
        "do": "train",
        "model": "bert",
        "mask": "pruned",
        "removed": [False, True],
        "training": {"steps": 8, "batch_size": 8, "learning_rate": 0.01},
    }
    out = tmp_path / "out"
    small.ran(value, out)
    models = tables.read(out / "tables", "models")
    rows = models[models["step"] == "retrained"]
    masked, removed = (load_model(str(out / "stages" / n / "model")) for n in rows["model"])
    assert len(set(rows["mask"])) == 1
    assert rows["sparsity"].iloc[0] > 0
    theirs = dict(masked.named_parameters())
    for name, parameter in removed.named_parameters():  # without dropout the course is the same
        torch.testing.assert_close(parameter, theirs[name], atol=2e-3, rtol=1e-2)


def test_a_loop_goes_on_where_it_was_struck_down(tmp_path: Path) -> None:
    value = raw(tmp_path, share=0.5)
    out = tmp_path / "out"
    run_study(small.of(value), out, engine="serial")
    turns = loop(out)
    (stage,) = set(turns["model"])
    mask = (out / "stages" / stage / "model" / "mask.safetensors").read_bytes()
    folder = (out / "stages" / stage).rename(out / "working" / stage)
    records = sorted((folder / "substeps").glob("*/record.json"))
    first = records[0].stat().st_mtime_ns
    for path in records[1:]:
        path.unlink()
    run_study(small.of(value), out, engine="serial")
    folder = out / "stages" / stage
    assert (folder / "substeps" / "0000" / "record.json").stat().st_mtime_ns == first
    assert (folder / "model" / "mask.safetensors").read_bytes() == mask
    assert loop(out).equals(turns)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"split": "held"}, "task toy holds no examples apart"),
        ({"pruned_count": True, "by": "magnitude"}, "only the score `gate`"),
        ({"by": "size"}, "unknown importance score 'size'"),
        ({"what": "neurons"}, "what"),
        ({"share": 0}, "share"),
        ({"heads": 1.5}, "heads"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said) as refused:
        planned(raw(tmp_path, **changes))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"choose": "ugly"}, "unknown subnetwork 'ugly'"),
        ({"choose": "smallest", "unit": "parts"}, "smallest is not made of parts"),
        ({"of": "dense"}, "of is a step that prunes"),
        ({"across": "seed"}, "there is one"),
    ],
)
def test_wrong_subnetworks_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    value = raw(tmp_path)
    value["steps"]["alike"] = {"do": "subnetwork", "of": "pruned", **changes}
    with pytest.raises(UserError, match=said):
        planned(value)


def test_a_score_of_nothing_is_no_measure(tmp_path: Path) -> None:
    value = raw(tmp_path)
    value["tasks"]["toy"]["metric"] = "matthews"
    value["steps"]["dense"]["training"] |= {"steps": 1, "learning_rate": 1e-9}
    outcome = run_study(small.of(value), tmp_path / "out", engine="serial")
    (failure,) = outcome.failures
    assert "no measure of what is kept" in str(failure)


def test_parts_of_a_new_body_are_whole(tmp_path: Path) -> None:
    recipe = small.of(raw(tmp_path))
    body = anatomy.anatomy(Library(recipe).empty("bert", "toy"))
    assert masks.all_parts(body).n == 2 * 4 + 2
