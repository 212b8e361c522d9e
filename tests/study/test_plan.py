"""How steps open, inherit, select, rename, join and fold axes."""

import copy
from pathlib import Path
from typing import Any

import pytest
import small

from tombola.errors import UserError
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.stage import Stage


def raw(folder: Path, **steps: Any) -> dict[str, Any]:
    """The small study with two tasks and two seeds; steps are added, or changed where they are."""
    value = copy.deepcopy(small.raw(small.cola_folder(folder)))
    value["seeds"] = [3, 5]
    value["tasks"]["other"] = {**value["tasks"]["toy"], "train": 30}
    value["models"]["bert"]["words"] = ["toy"]
    value["steps"]["dense"]["task"] = "all"
    value["steps"] = {key: value["steps"][key] for key in ("dense", "tickets")} | steps
    return value


def stages(value: dict[str, Any], step: str | None = None) -> list[Stage]:
    recipe = small.of(value)
    return [s for s in plan(recipe, Library(recipe)) if step is None or s.step == step]


def test_lists_open_axes_and_what_reads_a_step_inherits_them(tmp_path: Path):
    found = stages(raw(tmp_path), "tickets")
    assert len(found) == 2 * 2 * 2 * 2 * 2
    assert list(found[0].at) == ["task", "seed", "criterion", "rewind", "round"]
    assert {stage.at["rewind"] for stage in found} == {"weights 0", "learning-rate 0.5"}
    by_name = {stage.name: stage for stage in stages(raw(tmp_path))}
    for stage in found:
        dense, before = (by_name[stage.reads[role]] for role in ("of", "before"))
        assert (dense.at["task"], dense.seed) == (stage.at["task"], stage.seed)
        first = stage.at["round"] == 1
        assert before is dense if first else before.at == {**stage.at, "round": 1}


def test_any_setting_opens_an_axis_of_its_name(tmp_path: Path):
    value = raw(tmp_path)
    value["steps"]["dense"]["training"]["learning_rate"] = [0.01, 0.02]
    found = stages(value)
    assert {s.at["learning_rate"] for s in found if s.step == "tickets"} == {0.01, 0.02}
    rates = {s.at["learning_rate"]: s.settings.training.learning_rate for s in found
             if s.step == "dense"}  # fmt: skip
    assert rates == {0.01: 0.01, 0.02: 0.02}


def test_a_rewinding_may_change_its_share_from_a_round_on_beside_another(tmp_path: Path):
    later = {"learning-rate": [*[0.5] * 6, 0.2]}
    tickets = {
        "do": "rounds", "of": "dense", "pruning": {"amount": [[0.2], [0.3, 0.1]]},
        "rewind": [{"learning-rate": 0.5}, later], "rounds": 8,
    }  # fmt: skip
    found = stages(raw(tmp_path, tickets=tickets), "tickets")
    assert {s.at["rewind"] for s in found} == {"learning-rate 0.5", "learning-rate 0.5×6 0.2"}
    assert {s.at["amount"] for s in found} == {"0.2", "0.3 0.1"}
    chain = [s for s in found if s.at["rewind"].endswith("0.2") and s.at["amount"] == "0.3 0.1"]
    shares = {s.at["round"]: s.settings.rewind.to for s in chain}
    assert [shares[r] for r in range(1, 9)] == [*[0.5] * 6, 0.2, 0.2]
    amounts = {s.at["round"]: s.settings.pruning.amount for s in chain}
    assert [amounts[r] for r in range(1, 9)] == [0.3, *[0.1] * 7]


def test_rounds_of_chains_that_agree_so_far_have_equal_facts(tmp_path: Path):
    """What a later round does is no fact of an earlier one, so chains grow."""
    value = raw(tmp_path)
    value["steps"]["tickets"] |= {"rewind": {"learning-rate": [0.5, 0.2]}, "rounds": 2}
    one = {s.name for s in stages(value, "tickets")}
    value["steps"]["tickets"] |= {"rewind": {"learning-rate": [0.5, 0.2]}, "rounds": 5}
    assert one < {s.name for s in stages(value, "tickets")}


def test_a_renamed_axis_crosses_tasks_in_a_transfer_matrix(tmp_path: Path):
    value = raw(
        tmp_path,
        transferred={
            "do": "train", "model": "bert", "task": "all",
            "mask": {"of": "tickets", "round": 2, "criterion": "magnitude",
                     "rewind": "weights 0", "rename": {"task": "source_task"}},
            "training": {"steps": 4},
        },
    )  # fmt: skip
    found = stages(value, "transferred")
    assert len(found) == 2 * 2 * 2
    assert {(s.at["task"], s.at["source_task"]) for s in found} == {
        (a, b) for a in ("toy", "other") for b in ("toy", "other")
    }
    by_name = {stage.name: stage for stage in stages(value)}
    for stage in found:
        mask = by_name[stage.reads["mask"]]
        assert mask.at["task"] == stage.at["source_task"]
        assert mask.seed == stage.seed
        assert stage.at["round"] == 2
        assert stage.sources == {"model": "bert"}


def test_without_a_new_name_each_ticket_is_retrained_on_its_own_task(tmp_path: Path):
    again = {"do": "train", "model": "bert", "mask": {"of": "tickets", "round": 1},
             "training": {"steps": 4}}  # fmt: skip
    value = raw(tmp_path, again=again)
    by_name = {stage.name: stage for stage in stages(value)}
    found = stages(value, "again")
    assert len(found) == 16
    assert all(by_name[s.reads["mask"]].at["task"] == s.at["task"] for s in found)


def test_several_masks_open_an_axis_that_names_the_step(tmp_path: Path):
    one = {"do": "rounds", "of": "dense", "pruning": {"amount": 0.5}, "rounds": 1}
    again = {"do": "train", "model": "dense", "mask": ["tickets", "one"], "training": {"steps": 4}}
    found = stages(raw(tmp_path, one=one, again=again), "again")
    assert {s.at["mask"] for s in found} == {"tickets", "one"}
    assert len(found) == 32 + 4


def test_a_folded_axis_is_gone_and_its_stages_are_read_in_its_order(tmp_path: Path):
    shared = {"do": "overlap", "of": {"of": "tickets", "round": 2}, "across": "task"}
    value = raw(tmp_path, shared=shared)
    found = stages(value, "shared")
    assert len(found) == 8
    assert all("task" not in s.at and "seed" in s.at for s in found)
    by_name = {stage.name: stage for stage in stages(value)}
    for stage in found:
        assert stage.facts["values"] == ["toy", "other"]
        assert [by_name[stage.reads[f"of.{i}"]].at["task"] for i in (0, 1)] == ["toy", "other"]
    value["steps"]["shared"]["across"] = "seed"
    assert all(s.seed is None for s in stages(value, "shared"))


def test_one_value_along_an_axis_makes_no_pair(tmp_path: Path):
    shared = {"do": "overlap", "of": {"of": "tickets", "seed": 3}, "across": "seed"}
    with pytest.raises(UserError, match="two masks make a pair"):
        stages(raw(tmp_path, shared=shared))


def test_tickets_meet_the_control_of_their_own_round_and_seed(tmp_path: Path):
    held = {"do": "differences", "of": {"of": "tickets", "criterion": "magnitude"},
            "to": {"of": "tickets", "criterion": "random"}}  # fmt: skip
    value = raw(tmp_path, held=held)
    by_name = {stage.name: stage for stage in stages(value)}
    found = stages(value, "held")
    assert len(found) == 2 * 2 * 2
    for stage in found:
        assert stage.at["against"] == "random"
        for i in (0, 1):
            of, to = (by_name[stage.reads[f"{role}.{i}"]] for role in ("of", "to"))
            assert {**of.at, "criterion": "random"} == dict(to.at)


def test_what_does_not_meet_says_which_axis_keeps_it_apart(tmp_path: Path):
    control = {"do": "rounds", "of": "dense", "criterion": "none", "pruning": {"amount": 0.4},
               "rounds": 2}  # fmt: skip
    held = {"do": "differences", "of": "tickets", "to": "control"}
    with pytest.raises(UserError, match=r"criterion magnitude.*\{of: control, criterion: …\}"):
        stages(raw(tmp_path, control=control, held=held))


def test_a_moment_of_a_training_is_kept_by_it(tmp_path: Path):
    late = {"do": "train", "model": {"of": "dense", "at": 0.5}, "begin": 0.5,
            "training": {"steps": 6}}  # fmt: skip
    value = raw(tmp_path, late=late)
    assert {s.keeps for s in stages(value, "dense")} == {(0.0, 0.5, 1.0)}
    assert all(s.facts["moments"] == {"model": 0.5} for s in stages(value, "late"))


def test_ten_thousand_stages_have_names_of_their_own(tmp_path: Path):
    value = raw(tmp_path)
    value["seeds"] = list(range(60))
    value["steps"]["tickets"]["rounds"] = 10
    value["steps"]["layers"] = {"do": "similarity", "of": "tickets", "to": "dense"}
    found = stages(value)
    assert len({stage.name for stage in found}) == len(found) == 60 * 2 * (1 + 40 + 40)


def test_models_of_two_steps_are_not_pooled_as_one(tmp_path: Path) -> None:
    raw = small.raw(small.cola_folder(tmp_path))
    raw["seeds"] = [1, 2]
    again = {**raw["steps"]["tickets"], "pruning": {"amount": 0.5}}
    raw["steps"]["again"] = again
    raw["steps"]["both"] = {"do": "differences", "of": ["tickets", "again"], "to": "dense"}
    recipe = small.of(raw)
    found = [stage for stage in plan(recipe, Library(recipe)) if stage.step == "both"]
    assert len(found) == 2 * 2 * 2 * 2  # step, criterion, rewinding, round
    assert all(len(stage.reads) == 4 for stage in found)  # two seeds, of and to


def test_a_reference_that_leads_to_several_models_of_a_seed_is_refused(tmp_path: Path) -> None:
    raw = small.raw(small.cola_folder(tmp_path))
    raw["steps"]["held"]["of"] = {"of": "tickets", "criterion": "magnitude"}
    raw["steps"]["held"]["to"] = {"of": "tickets", "criterion": ["random", "magnitude"]}
    recipe = small.of(raw)
    with pytest.raises(UserError, match=r"held: across seed: to leads to several models .* name"):
        plan(recipe, Library(recipe))
