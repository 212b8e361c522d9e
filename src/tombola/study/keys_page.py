"""The keys of a recipe as one page of Markdown."""

from collections.abc import Iterable

from tombola.study.keys import Section

INTRODUCTION = """\
# What a recipe's keys are

Made from the settings themselves by `tombola recipes keys --markdown`; in the terminal,
`tombola recipes keys train` shows one section, and with `--plugin FILE.py` those of a plug-in.
[Studies](studies.md) explains how tasks, models and steps go together. A list where one value
stands below opens an axis. A key without a default must be given.
"""


def keys_markdown(sections: Iterable[Section]) -> str:
    """Sections as Markdown, with a list of them at the top."""
    found = list(sections)
    names = {section.name for section in found}
    groups: dict[str, list[str]] = {"Kinds of steps": [], "Other sections": []}
    for section in found:
        title = "Kinds of steps" if section.step else "Other sections"
        groups[title].append(f"[{section.name}](#{anchor(section.name)})")
    contents = [f"{title}: {', '.join(links)}.\n" for title, links in groups.items() if links]
    return "\n".join([INTRODUCTION, *contents, *(_section(each, names) for each in found)])


def anchor(name: str) -> str:
    """Where the page has a section, as GitHub names headings."""
    return name.lower().replace(".", "")


def _section(section: Section, names: set[str]) -> str:
    lines = [f"## {section.name}", "", section.about, ""]
    if section.keys:
        lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key in section.keys:
        default = "" if key.default is None else f"`{key.default}`"
        cells = (f"`{key.name}`", _linked(key.allowed, names), default, key.meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _linked(text: str, names: set[str]) -> str:
    for name in names:
        text = text.replace(f"[{name}]", f"[{name}](#{anchor(name)})")
    return text
