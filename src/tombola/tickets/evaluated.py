"""What a model scores, on the page that goes with it to the hub."""

import math
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult
from huggingface_hub.repocard import metadata_load, metadata_save
from huggingface_hub.repocard_data import eval_results_to_model_index

from tombola.errors import UserError

PAGE, REPORT = "README.md", "report.html"
TITLE = "## Evaluation with tombola"
_SECTION = re.compile(rf"^{re.escape(TITLE)}$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_TASK_TYPES = {
    "bleu": "translation", "chrf": "translation", "bleu-compound-split": "translation",
    "span_f1": "token-classification",
    **dict.fromkeys(("loss", "perplexity", "bits_per_character", "token_accuracy"), "fill-mask"),
}  # fmt: skip
"""Types of tasks, as the hub calls them, by metric; else a model is held to classify text."""
_CAUSAL = "text-generation"
"""Type of the tasks of language models that read one way: their names end in `causal-lm`."""
_METRIC_TYPES = {
    "matthews": "matthews_correlation", "pearson": "pearsonr", "spearman": "spearmanr",
    "bleu": "sacrebleu", "span_f1": "seqeval",
}  # fmt: skip
"""What the hub calls a metric, where that is something else."""


def add_results(
    folder: Path, name: str, results: Iterable[Any], report: str | Path | None = None
) -> None:
    """Say on the page of a model's folder what it scores, for people and for the hub.

    Scores go into the page's settings (`model-index`), where the hub shows them beside the model,
    and into a section of their own with n, interval and chance, which takes the place of an earlier
    one. An undefined score is said on the page alone.

    Args:
        folder: the model's, with a page or without.
        name: what the model is called.
        results: of `tombola.evaluate`.
        report: a study's report, or the folder that holds one; copied beside the page.

    Raises:
        UserError: no such report, or what is no result.
    """
    found = list(results)
    if report is not None:
        shutil.copyfile(_report(Path(report)), folder / REPORT)
    if not found and report is None:
        return
    page = folder / PAGE
    text = page.read_text("utf-8") if page.is_file() else f"# {name.rpartition('/')[2]}\n"
    page.write_text(_with_section(text, _section(found, report is not None)), "utf-8", newline="\n")
    scores = [(each, one) for each in found for one in _scores(each)]
    said = [_for_hub(each, one) for each, one in scores if math.isfinite(one.value)]
    if said:
        data: dict[str, Any] = metadata_load(page) or {}
        data["model-index"] = eval_results_to_model_index(name.rpartition("/")[2], said)
        data["tags"] = sorted({*_listed(data.get("tags")), "tombola"})
        metadata_save(page, data)


def _report(given: Path) -> Path:
    path = given / REPORT if given.is_dir() else given
    if not path.is_file():
        raise UserError(f"{path}: no such report; `tombola report FOLDER` builds a study's")
    return path


def _score(result: Any) -> Any:
    score = getattr(result, "score", None)
    if not all(hasattr(score, each) for each in ("metric", "value", "low", "high", "n")):
        raise UserError(
            f"results are of `tombola.evaluate`, one or a list, not {type(result).__name__}"
        )
    return score


def _scores(result: Any) -> list[Any]:
    """By the task's own metric, then by its further ones."""
    return [_score(result), *getattr(result, "further", ())]


def _for_hub(result: Any, score: Any) -> EvalResult:
    kind = _TASK_TYPES.get(score.metric, "text-classification")
    return EvalResult(
        task_type=_CAUSAL if str(result.task).endswith("causal-lm") else kind,
        dataset_type=_line(result.task),
        dataset_name=_line(result.task),
        dataset_split=_line(result.split),
        metric_type=_METRIC_TYPES.get(score.metric, score.metric),
        metric_value=float(score.value),
        metric_name=f"{score.metric} (95% {_interval(score)}, n = {score.n:,})",
    )


def _section(results: Sequence[Any], report: bool) -> str:
    lines = [TITLE, ""]
    if results:
        lines += ["| task | split | metric | score | 95% interval | chance | n |", "|" + "---|" * 7]
    for result, score in ((each, one) for each in results for one in _scores(each)):
        chance = "–" if score.chance is None else f"{score.chance:.4g}"
        shown = f"{score.value:.4g}" if math.isfinite(score.value) else f"– ({score.reason})"
        cells = (result.task, result.split, score.metric, shown, _interval(score), chance)
        said = " | ".join(_plain(cell) for cell in (*cells, f"{score.n:,}"))
        lines.append(f"| {said} |")
    if results:
        lines += ["", "Intervals are over examples."]
    if report:
        lines += [
            "",
            f"The study that this model is of: [{REPORT}]({REPORT}), one file.",
        ]
    return "\n".join([*lines, ""])


def _interval(score: Any) -> str:
    ends = (score.low, score.high)
    return "–" if any(map(math.isnan, ends)) else f"{ends[0]:.4g} to {ends[1]:.4g}"


def _with_section(text: str, section: str) -> str:
    if _SECTION.search(text):
        return _SECTION.sub(lambda _: f"{section}\n", text).rstrip() + "\n"
    return f"{text.rstrip()}\n\n{section}"


def _plain(text: Any) -> str:
    """On one line, with nothing that a table or a page would take for markup."""
    return re.sub(r"([|<>\[\]`\\])", r"\\\1", _line(text))


def _line(text: Any) -> str:
    return " ".join(str(text).split())[:200]


def _listed(tags: Any) -> list[str]:
    if isinstance(tags, Mapping) or tags is None:
        return []
    return [tags] if isinstance(tags, str) else [str(each) for each in tags]
