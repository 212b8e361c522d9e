"""The command line as a person meets it, from arguments to what is printed and the exit code."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import MarianConfig

import tombola
import toys
from tombola.cli import main
from tombola.tasks import word_tokenizer


def call(*arguments: str | Path, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a verb, in this process: in one of its own each call imports torch for seconds."""
    said, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        patch.setenv("NO_COLOR", "1")
        patch.setattr(sys, "argv", ["tombola", *map(str, arguments)])
        if where is not None:
            patch.chdir(where)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
    return subprocess.CompletedProcess(sys.argv, code, said.getvalue(), complained.getvalue())


def refused(*arguments: str | Path, where: Path | None = None) -> str:
    """Run a verb that must end in one clear line and exit code 2; return the line."""
    result = call(*arguments, where=where)
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    said = result.stderr.strip().splitlines()
    lines = [line for line in said if not line.startswith("[")]  # how far it was, if it took long
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("tombola: ")
    return lines[0]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, a ticket of it, another model, a configuration, and text."""
    folder = tmp_path_factory.mktemp("models")
    tokenizer = word_tokenizer(["the dog sees a cat ."])
    for name, layers in (("dense", 1), ("other", 2)):
        toys.bert(layers=layers).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    tombola.prune(folder / "dense", 0.5).save(folder / "ticket")
    MarianConfig(architectures=["MarianMTModel"]).save_pretrained(folder / "bare")
    text = folder / "CoLA"
    text.mkdir()
    for split in ("train", "dev"):
        rows = [f"x\t{i % 2}\t\tthe dog sees a cat ." for i in range(6)]
        (text / f"{split}.tsv").write_text("\n".join(rows) + "\n")
    return folder


def test_help_answers_without_loading_torch():
    code = (
        "import sys; sys.argv = ['tombola', '--help']\n"
        "from tombola.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'pandas', 'altair'} & set(sys.modules)\n"
        "sys.exit(1 if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert result.returncode == 0
    for verb in (b"run", b"status", b"inspect", b"prune", b"masks"):
        assert verb in result.stdout


def test_inspect_reads_models_tickets_and_bare_configurations(models: Path):
    shown = call("inspect", models / "bare")
    assert shown.returncode == 0
    assert "Marian" in shown.stdout
    found = json.loads(call("inspect", models / "ticket", "--json").stdout)
    matrices = tombola.load(models / "ticket").mask
    assert found == tombola.inspect(models / "ticket").to_dict()
    assert str(matrices.n_pruned) in json.dumps(found)


def test_prune_compare_masks_and_load(models: Path, tmp_path: Path):
    drawn = call("prune", models / "dense", "--amount", "0.5", "--out", tmp_path / "t")
    assert drawn.returncode == 0, drawn.stderr
    assert "neither smaller nor faster" in drawn.stdout
    assert tombola.load(tmp_path / "t").mask == tombola.load(models / "ticket").mask

    two = json.loads(call("masks", tmp_path / "t", models / "ticket", "--json").stdout)
    assert two["pairs"][0]["jaccard"] == 1.0
    assert two["pairs"][0]["expected_jaccard"] == pytest.approx(1 / 3, abs=1e-3)
    assert two["together"] is None

    arguments = ("compare", models / "dense", tmp_path / "t", "--task", "CoLA")
    found = json.loads(call(*arguments, "--folder", models / "CoLA", "--json").stdout)
    assert found["behaviour"]["n"] == 6
    assert {row["stack"] for row in found["layers"]} == {"encoder"}
    assert call(*arguments, "--folder", models / "CoLA").returncode == 0


def test_probe(models: Path):
    found = call("probe", models / "dense", "--train", "20", "--dev", "10", "--json")
    assert found.returncode == 0, found.stderr
    assert [row["layer"] for row in json.loads(found.stdout)] == [0, 1]


def test_recipes_as_a_program_of_its_own():
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tombola.cli", "recipes", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "first-look" in call().stdout
    assert call("show", "first-look").stdout.startswith("name: first-look")
    wrong = call("show", "no-such")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("tombola: ")
    assert "first-look" in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_wrong_input_is_one_line_and_exit_code_2(models: Path, tmp_path: Path):
    dense, out = models / "dense", tmp_path / "out"
    assert "no such file" in refused("inspect", "./nowhere").lower()
    assert "supported" in refused("inspect", _config(tmp_path, "bloom"))
    assert "amount" in refused("prune", dense, "--amount", "1.5", "--out", out)
    assert "amount" in refused("prune", dense, "--amount", "much", "--out", out)
    assert "global, stack" in refused(
        "prune", dense, "--amount", ".5", "--scope", "world", "--out", out
    )
    assert "allowed" in refused("prune", dense, "--amount", ".5", "--sets", "x", "--out", out)
    assert "exists already" in refused("prune", dense, "--amount", ".5", "--out", dense)
    assert "--amount" in refused("prune", dense, "--out", out)
    assert "different models" in refused("masks", models / "ticket", _ticket(models, tmp_path))
    assert "two masks" in refused("masks", models / "ticket")
    assert "no readable mask" in refused("masks", models / "ticket", dense / "config.json")
    assert "unknown task" in refused("compare", dense, dense, "--task", "nonsense")
    assert "no study here" in refused("status", tmp_path)
    assert "tombola" in refused("report", tmp_path)
    assert "first-look" in refused("run", "no-such-recipe")
    assert "allowed" in refused("run", "first-look", "--set", "nonsense=1")
    assert "engine" in refused("run", "first-look", "--engine", "horses")
    assert not out.exists()
    assert "No such command" in refused("dance")


def test_nothing_that_is_said_is_silently_of_no_use(models: Path, tmp_path: Path):
    dense, other, text = models / "dense", models / "other", tmp_path / "text.txt"
    text.write_text("the dog sees a cat .\n" * 8)
    two = ("compare", dense, other, "--data", text)
    assert "seed: is of a task" in refused(*two, "--seed", "3")
    assert "skip_bad: is of a task" in refused(*two, "--skip-bad")
    assert "folder: is of a task" in refused(*two, "--folder", tmp_path)
    cut = call(*two, "--max-tokens", "4", "--measure", "debiased")
    assert "8 sentences cut to 4 tokens" in cut.stdout
    assert cut.stdout.startswith(f"A: {dense}\nB: {other}\n")  # by letters in every table
    assert "A, B" in cut.stdout
    own = ("evaluate", dense, "--data", models / "CoLA" / "dev.tsv", "--format", "tsv")
    assert "neither folder" in refused(*own, "--folder", tmp_path)
    assert "neither folder" in refused(*own, "--set", "lexicon=3")

    few = ("probe", dense, "--train", "20", "--dev", "10", "--epochs", "1")
    assert "'pos' has no f1" in refused(*few, "--metric", "f1")
    plain = call(*few).stdout
    assert "selectivity" not in plain
    assert "bits" not in plain
    asked = call(*few, "--control", "--code", "--mix", "--penalty", "0.5").stdout
    for said in ("penalty 0.5", "selectivity", "bits", "mix ("):
        assert said in asked, asked
    assert "penalty" in refused(*few, "--penalty", "-1")
    drawn = call("prune", dense, "--amount", ".5", "--task", "CoLA", "--out", tmp_path / "t")
    assert drawn.stderr == (
        "note: criterion 'magnitude' reads no examples: what is said of them is of no use\n"
    )


def test_the_same_model_twice_is_seen_before_anything_is_read(models: Path):
    twice = ("compare", models / "dense", models / "dense", "--data", __file__)
    assert "name two models or more" in refused(*twice)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"only one column\n", "train.tsv:1"),
        (b"x\t1\t\tgood .\nx\t7\t\tbad label .\n", "train.tsv:2"),
        (b"", "train.tsv"),
        (b"x\t1\t\t\xff\xfe .\n", "UTF-8"),
        (None, "train.tsv"),
    ],
)
def test_malformed_text_names_file_and_line(
    models: Path, tmp_path: Path, content: bytes | None, words: str
):
    text = tmp_path / "CoLA"
    text.mkdir()
    (text / "dev.tsv").write_bytes((models / "CoLA" / "dev.tsv").read_bytes())
    if content is not None:
        (text / "train.tsv").write_bytes(content)
    changes = [f"cola.folder={text}", f"encoder.load={models / 'dense'}"]
    arguments = [part for change in changes for part in ("--set", change)]
    line = refused("run", "cola-minilm", *arguments, "--out", tmp_path / "out")
    assert words in line
    assert not (tmp_path / "out").exists()


def test_a_model_without_a_head_for_the_task_is_refused(models: Path, tmp_path: Path):
    change = "translator.new={model_type: bert, hidden_size: 16}"
    line = refused("run", "first-look", "--set", change, "--out", tmp_path / "out")
    assert "head" in line
    assert "translation" in line


def _config(folder: Path, model_type: str) -> Path:
    path = folder / model_type
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model_type": model_type}))
    return path


def _ticket(models: Path, folder: Path) -> Path:
    return tombola.prune(models / "other", 0.5).save(folder / "other-ticket")
