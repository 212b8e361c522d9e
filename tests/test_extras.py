"""A ticket is loaded, pruned and held to others without the packages that reports and data need."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tombola import extras
from tombola.errors import UserError

ROOT = Path(__file__).parents[1]
BARE = """
import sys
from importlib.machinery import PathFinder

GONE, found_on_path = set(sys.argv[1].split(",")), PathFinder.find_spec

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in GONE else found_on_path(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
sys.path.insert(0, sys.argv[2])
import tombola, toys
from tombola.tasks import word_tokenizer

folder = sys.argv[3]
toys.bert(layers=1).save_pretrained(folder + "/model")
word_tokenizer(["the dog sees a cat ."]).save_pretrained(folder + "/model")
ticket = tombola.prune(folder + "/model", 0.5)
ticket.save(folder + "/half")
back = tombola.load(folder + "/half")
assert back.mask == ticket.mask
print(tombola.masks([back, ticket]), tombola.inspect(back), tombola.MaskCallback(back.mask))
tombola.remove(back.model, heads={"encoder.0.self": [0]})
rows = [{"text": "the dog", "label": "a"}, {"text": "a cat", "label": "b"}]
found = tombola.importance(folder + "/model", rows, text="text", label="label", tokenizer=None)
for what in (
    lambda: tombola.run("first-look", folder + "/out"),
    lambda: tombola.report(folder),
    lambda: tombola.figure("score", None),
    lambda: tombola.Tables,
    found.to_frame,
    lambda: tombola.load_task("x", folder + "/a.parquet", text="text", label="label"),
    lambda: tombola.tasks.METRICS["chrf"].library(),
):
    try:
        what()
    except tombola.UserError as problem:
        print("REFUSED", problem)
    else:
        print("REFUSED not at all")
sys.argv = ["tombola", "run", "first-look", "--out", folder + "/out"]
from tombola.cli import main
main()
"""


def declared() -> dict[str, set[str]]:
    """What pyproject says of every extra, by the names that packages are imported by."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    imported: dict[str, str] = {}
    for module, names in packages_distributions().items():
        imported |= {name.lower(): module for name in names if not module.startswith("_")}
    return {
        name: {imported[each.partition(">")[0].lower()] for each in packages}
        for name, packages in said["optional-dependencies"].items()
        if name in extras.EXTRAS
    }


def test_extras_are_those_of_the_package():
    assert declared() == {name: set(packages) for name, packages in extras.EXTRAS.items()}


def test_what_lacks_is_named_and_what_is_no_extra_is_not_explained_away():
    said = r"conllu is not installed.*pip install 'tombola\[data\]'"
    with pytest.raises(UserError, match=said), extras.extra("data"):
        raise ModuleNotFoundError("No module named 'conllu.parser'", name="conllu.parser")
    with pytest.raises(ModuleNotFoundError), extras.extra("data"):
        raise ModuleNotFoundError("No module named 'multiprocess'", name="multiprocess")
    assert extras.lacking(ModuleNotFoundError()) is None


def test_a_ticket_needs_none_of_them(tmp_path: Path):
    """In a process of its own, in which none of these packages can be imported."""
    gone = ",".join({name for packages in extras.EXTRAS.values() for name in packages} - {"jinja2"})
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    command = [sys.executable, "-c", BARE, gone, str(ROOT / "tests"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() if line.startswith("REFUSED")]
    assert done.returncode == 2, done.stderr
    assert len(said) == 7, done.stderr
    for line, name in zip(said, ["report"] * 5 + ["data"] * 2, strict=True):
        assert f"pip install 'tombola[{name}]'" in line
    assert done.stderr.strip().splitlines()[-1].startswith("tombola: pandas is not installed")
    assert not (tmp_path / "out").exists()
