"""One self-contained page that tells a study from its tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tombola.report.answers import Answer, answers, leading, margins
from tombola.report.claims.claim import Judged, judged
from tombola.report.facets import FACETS
from tombola.report.figures.encodings import tip_lines
from tombola.report.page import policy
from tombola.report.page.chart import ShownChart
from tombola.report.page.downloads import files_of
from tombola.report.page.packing import compressed, packed_charts
from tombola.report.page.sections import experiments, sections_of
from tombola.report.page.spark import spark
from tombola.report.parts.scores import diverged, undefined
from tombola.report.reading import Tables
from tombola.report.study import Study
from tombola.report.tickets import AS_LONG, CONTROL, DENSE, UNPRUNED
from tombola.report.words import count

HERE = Path(__file__).parent
STYLES = ("page", "first", "charts", "dark", "print")
REFERENCES = (CONTROL, AS_LONG, DENSE, UNPRUNED)
"""Criteria of what tickets are held to: they stay beside whatever is chosen."""
PLAIN = {"criterion": REFERENCES, "rewind": ("none",), "round": ("0",)}
"""Values of facets that are nothing to choose."""
FEW, MANY = 2, 60
"""A facet with fewer values leaves nothing to choose, one with more is no list to choose from."""


@dataclass(frozen=True)
class Facet:
    """What all charts may be narrowed to."""

    name: str
    values: tuple[str, ...]


def page(study: Study, tables: Tables, charts: list[ShownChart]) -> str:
    """The page as text: equal tables and study give equal text."""
    sections = sections_of(tables, charts)
    claims = list(judged(study.claims, tables))
    found = answers(tables)
    compared = [each for each in found if each.compared]
    first = leading(compared)
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["count"] = count
    scripts = [policy.vega(), policy.own()]
    styles = "".join((HERE / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    data = packed_charts(charts) | {
        "lines": tip_lines(), "references": list(REFERENCES),
    }  # fmt: skip
    return environment.get_template("page.html.j2").render(
        heading=study.title or study.name or "A study of lottery tickets",
        policy=policy.policy(scripts),
        css=Markup(styles),
        study=study,
        answers=found,
        compared=_answers(first),
        more=_answers(each for each in compared if each not in first),
        uncompared=_answers(each for each in found if not each.compared),
        margins=margins(found),
        experiments=experiments(tables),
        diverged=diverged(tables),
        undefined=undefined(tables),
        claims=claims,
        verdicts=verdicts(claims),
        sections=sections,
        facets=_facets(charts),
        files=files_of(study, tables, [each.claim.source for each in claims]),
        signatures=_signatures(tables),
        charts=Markup(compressed(data)),
        scripts=scripts,
    )


def _answers(found: Iterable[Answer]) -> list[tuple[Answer, Markup]]:
    return [(answer, spark(answer)) for answer in found]


def verdicts(claims: list[Judged]) -> list[tuple[str, int]]:
    """How many claims are supported, contradicted, undecided, and how many tables cannot speak."""
    counts = Counter[str](each.finding.verdict for each in claims)
    names = {"supported": "supported", "contradicted": "contradicted", "undecided": "undecided",
             "silent": "without an answer"}  # fmt: skip
    return [(words, counts[name]) for name, words in names.items() if counts[name]]


def _facets(charts: list[ShownChart]) -> list[Facet]:
    found = []
    for name in FACETS:
        values = dict.fromkeys(v for chart in charts for v in chart.facets.get(name, ()))
        kept = [value for value in values if value not in PLAIN.get(name, ())]
        ordered = sorted(kept, key=int) if all(v.isdigit() for v in kept) else kept
        if FEW <= len(ordered) <= MANY:
            found.append(Facet(name, tuple(ordered)))
    return found


def _signatures(tables: Tables) -> list[str]:
    return sorted(set(tables["scores"]["signature"])) if "scores" in tables else []
