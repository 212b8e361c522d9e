"""What a model scores goes with it to the hub: in the page's settings, and for people."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from huggingface_hub.repocard import ModelCard, metadata_load

import tombola
import toys
from tombola.errors import UserError
from tombola.tasks import Score
from tombola.tickets.evaluated import TITLE, add_results


@dataclass(frozen=True)
class Found:
    """As much of an evaluation as a page tells."""

    task: str
    split: str
    score: Score
    further: tuple[Score, ...] = ()


def scored(metric: str, value: float = 0.5) -> Score:
    return Score(metric, value, 1043, value, value, 0.0, "s", "one class alone")


def found(task: str = "CoLA", value: float = 0.25, reason: str = "") -> Found:
    low, high = (value - 0.05, value + 0.05) if math.isfinite(value) else (value, value)
    return Found(task, "dev", Score("matthews", value, 1043, low, high, 0.0, "s", reason))


def test_the_hub_reads_it_and_so_do_people(tmp_path: Path):
    page = tmp_path / "README.md"
    page.write_text("---\nlicense: mit\ntags: bert\n---\n\n# A model\n\nAbout it.\n")
    add_results(tmp_path, "me/half", [found(), found("MRPC", 0.5)])
    card = ModelCard.load(page)
    assert card.data.license == "mit"
    assert card.data.model_name == "half"
    assert [(r.dataset_name, r.metric_type, r.metric_value) for r in card.data.eval_results] == [
        ("CoLA", "matthews_correlation", 0.25), ("MRPC", "matthews_correlation", 0.5)
    ]  # fmt: skip
    assert card.data.tags == ["bert", "tombola"]
    text = page.read_text()
    assert "| CoLA | dev | matthews | 0.25 | 0.2 to 0.3 | 0 | 1,043 |" in text
    assert text.index("About it.") < text.index(TITLE)


@pytest.mark.parametrize(("task", "metric", "told"), [
    ("CoLA", "accuracy", ("text-classification", "accuracy")),
    ("ner", "span_f1", ("token-classification", "seqeval")),
    ("multi30k", "bleu", ("translation", "sacrebleu")),
    ("masked-lm", "loss", ("fill-mask", "loss")),
    ("builtin-causal-lm", "perplexity", ("text-generation", "perplexity")),
])  # fmt: skip
def test_the_hub_is_told_in_its_own_words(
    task: str, metric: str, told: tuple[str, str], tmp_path: Path
):
    add_results(tmp_path, "me/half", [replace(found(task), score=scored(metric))])
    (result,) = ModelCard.load(tmp_path / "README.md").data.eval_results
    assert (result.task_type, result.metric_type) == told


def test_further_metrics_go_along(tmp_path: Path):
    several = replace(found(), further=(scored("accuracy", 0.75), scored("f1", math.nan)))
    add_results(tmp_path, "me/half", [several])
    card = ModelCard.load(tmp_path / "README.md")
    assert [r.metric_value for r in card.data.eval_results] == [0.25, 0.75]
    assert "| CoLA | dev | f1 | – (" in card.text


def test_a_later_result_takes_the_place_of_an_earlier_one(tmp_path: Path):
    add_results(tmp_path, "me/half", [found()])
    page = tmp_path / "README.md"
    page.write_text(page.read_text() + "\n## More\n\nStays.\n")
    add_results(tmp_path, "me/half", [found(value=0.75)])
    text = page.read_text()
    assert text.count(TITLE) == 1
    assert "| 0.75 |" in text
    assert "| 0.25 |" not in text
    assert text.rstrip().endswith("## More\n\nStays.")


def test_what_is_undefined_is_told_to_people_alone_and_nothing_is_markup(tmp_path: Path):
    bad = "a|b\n<script> [x](y)"
    add_results(tmp_path, "half", [found(bad, math.nan, "one class alone")])
    text = (tmp_path / "README.md").read_text()
    assert metadata_load(tmp_path / "README.md") is None
    assert "– (one class alone)" in text
    assert "<script" not in text.replace("\\<script", "")
    (row,) = [line for line in text.splitlines() if "one class" in line]
    assert row.replace("\\|", "").count("|") == 8


def test_a_report_goes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sent: dict[str, bytes] = {}

    class Hub:
        def create_repo(self, *args: object, **more: object) -> None: ...

        def upload_folder(self, repo_id: str, folder_path: Path) -> str:
            sent.update({p.name: p.read_bytes() for p in Path(folder_path).iterdir()})
            return repo_id

    monkeypatch.setattr("tombola.anatomy.saved.folder.HfApi", Hub)
    (tmp_path / "report.html").write_text("<p>a study</p>")
    ticket = tombola.prune(toys.bert(), 0.5)
    tombola.push_to_hub(ticket, "me/half", results=found(), report=tmp_path)
    assert sent["report.html"] == b"<p>a study</p>"
    assert b"(report.html)" in sent["README.md"]
    assert b"model-index" in sent["README.md"]
    assert {"mask.safetensors", "model.safetensors"} <= set(sent)
    with pytest.raises(UserError, match=r"nowhere: no such report"):
        tombola.push_to_hub(ticket.model, "me/half", report=tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"results are of `tombola.evaluate`"):
        tombola.push_to_hub(ticket.model, "me/half", results=[0.5])
