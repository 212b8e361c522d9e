"""Which chains of two studies meet, at which sparsities, in which runs."""

from collections.abc import Sequence

from test_report_numbers import DENSE, row, scored

from tombola.errors import UserError
from tombola.report import Tables
from tombola.report.between import between
from tombola.statistics import Difference


def by_name(metric: str, of: Sequence[tuple[str, str]], to: Sequence[tuple[str, str]]):
    """A difference that says who was paired: by how many runs."""
    if any("undone" in model for _, model in of):
        raise UserError("what each example was answered is not kept")
    return Difference(0.02, 0.01, 0.03, 500, len(of), "seeds and examples", 0.95)


def chains(*criteria: str, seeds: Sequence[int] = (0, 1), shift: float = 0.0) -> Tables:
    models = [row(**DENSE, seed=seed) for seed in seeds]
    for criterion in criteria:
        for step, at in ((1, 0.2), (2, 0.36), (3, 0.5)):
            models += [
                row(criterion=criterion, round=step, sparsity=at + shift, seed=seed)
                for seed in seeds
            ]
    made = scored(*models)
    names = {name: f"{shift}-{name}" for name in made.models["model"]}
    return Tables({
        name: frame.assign(**{
            c: frame[c].map(names).astype("string") for c in ("model", "root") if c in frame
        }) for name, frame in made.items()
    })  # fmt: skip


def test_chains_of_one_criterion_meet_at_equal_sparsity() -> None:
    a, b = chains("magnitude", "random"), chains("magnitude", "random", shift=0.02)
    rows = between({"a": a, "b": b}, by_name)
    assert rows["reason"].eq("").all()
    pairs = list(zip(rows["chain"], rows["to_chain"], rows["sparsity"].round(2), strict=True))
    assert pairs[0] == ("dense", "dense", 0.02 * 0)
    assert [p for p in pairs if p[0] == "magnitude"] == [
        ("magnitude", "magnitude", at) for at in (0.22, 0.38, 0.52)
    ]
    assert len(pairs) == 7
    assert set(rows["of"]) == {"b"}
    far = between({"a": a, "b": chains("magnitude", shift=0.09)}, by_name)
    assert list(far["chain"]) == ["dense"]


def test_what_only_one_study_has_is_held_to_what_only_the_other_has() -> None:
    a, b = chains("magnitude", "random"), chains("movement", "random", shift=0.01)
    rows = between({"a": a, "b": b}, by_name)
    assert set(zip(rows["chain"], rows["to_chain"], strict=True)) == {
        ("dense", "dense"), ("random", "random"), ("movement", "magnitude"),
    }  # fmt: skip
    many = chains("magnitude", "movement", "fisher", "snip", "wanda", shift=0.01)
    rows = between({"a": chains("random"), "b": many}, by_name)
    assert set(rows["chain"]) == {"dense"}


def test_runs_are_paired_by_seed_or_in_their_order() -> None:
    same = between({"a": chains(seeds=(0, 1, 2)), "b": chains(seeds=(1, 2), shift=0.01)}, by_name)
    other = between({"a": chains(seeds=(0,)), "b": chains(seeds=(8, 9), shift=0.01)}, by_name)
    assert [list(rows["seeds"]) for rows in (same, other)] == [[2], [1]]
