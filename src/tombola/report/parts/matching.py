"""Which tickets match the full model by which rule, and which models were chosen of a grid."""

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.words import clip, count, listed, number, percent

COLUMNS = {
    "step": "text", "task": "text", "criterion": "text", "round": "number", "sparsity": "number",
    "metric": "text", "rule": "text", "ticket": "number", "full": "number", "gap": "number",
    "allowed": "number", "answer": "text", "seeds": "number", "full_seeds": "number",
    "signature": "text",
}  # fmt: skip
RULES = {
    "full-sd": "within one standard deviation of the full model's runs",
    "ticket-sd": "within one standard deviation of the ticket's runs",
    "paired": "by paired differences",
    "ratio": "by the share of the full score",
}
CHOICES = {
    "step": "text", "model": "text", "axis": "text", "value": "text", "by": "text",
    "score": "number", "n": "number", "signature": "text",
}  # fmt: skip


def say(tables: Tables) -> list[str]:
    """Of each task, the sparsest ticket that matches by each rule."""
    rows, said = tables["matching"], []
    for (step, task, criterion), own in rows.groupby(["step", "task", "criterion"], sort=False):
        each = []
        for rule, of in own.groupby("rule", sort=False):
            words = RULES.get(str(rule), clip(str(rule)))
            matching = of[of["answer"] == "matches"].sort_values("sparsity")
            if matching.empty:
                each.append(f"{words} none")
                continue
            last = matching.iloc[-1]
            each.append(f"{words} {percent(float(last['sparsity']))} "
                        f"(gap {number(float(last['gap']), 3)})")  # fmt: skip
        runs = int(own["seeds"].min()), int(own["full_seeds"].min())
        said.append(
            f"{clip(str(step))}, {clip(str(task))}, {clip(str(criterion))}: sparsest ticket that "
            f"matches the full model {listed(each)}; {count(runs[0], 'run')} of the ticket, "
            f"{runs[1]} of the full model."
        )
    return said


def say_choices(tables: Tables) -> list[str]:
    """What was chosen how often, and by what."""
    rows, said = tables["choices"], []
    for (step, axis, by), own in rows.groupby(["step", "axis", "by"], sort=False):
        won = own[own["chosen"]]["value"].value_counts()
        times = [f"{clip(str(value))} {count(int(n), 'time')}" for value, n in won.items()]
        apart = "examples that are not reported" if by == "held" else "those that are reported"
        said.append(
            f"{clip(str(step))}: of each grid over {clip(str(axis)).replace('_', ' ')} the best by "
            f"{apart} (n = {int(own['n'].max()):,}): {listed(times)}."
        )
    return said


PARTS.add(Part("matching", "Which tickets match", 32, COLUMNS, say))
PARTS.add(Part("choices", "What was chosen of a grid", 31, CHOICES, say_choices))
