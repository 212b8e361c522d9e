"""A curve as small as a word."""

import math

from markupsafe import Markup, escape

from tombola.report.answers import Answer
from tombola.report.words import percent

WIDTH, HEIGHT, EDGE = 120, 34, 4


def spark(answer: Answer) -> Markup:
    """Score by sparsity from 0 to 100%, on the scale of its experiment; broken line: dense."""
    low, high = answer.ends
    reach = (high - low) or 1.0

    def place(at: float, score: float) -> tuple[float, float]:
        x = EDGE + at * (WIDTH - 2 * EDGE)
        y = HEIGHT - EDGE - (score - low) / reach * (HEIGHT - 2 * EDGE)
        return round(x, 1), round(y, 1)

    points = [place(at, score) for at, score in answer.curve]
    path = " ".join(f"{x},{y}" for x, y in points)
    drawn = [f'<polyline points="{path}"/>']
    drawn += [f'<circle cx="{x}" cy="{y}" r="1.9"/>' for x, y in points]
    if not math.isnan(answer.dense):
        _, y = place(0, answer.dense)
        drawn.insert(0, f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y}" y2="{y}"/>')
    told = "; ".join(f"{score:.4g} at {percent(at)}" for at, score in answer.curve)
    label = escape(f"{answer.experiment}, {answer.kind}: {answer.metric} {told}")
    return Markup(
        f'<svg class="spark" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(drawn)}</svg>'
    )
