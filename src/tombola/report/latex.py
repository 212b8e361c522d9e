"""LaTeX of the paper table: booktabs, every text escaped."""

from tombola.report.paper import PaperTable

ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "†": r"$\dagger$",
}


def escape(text: str) -> str:
    """Text that LaTeX prints as it is, on one line."""
    return " ".join("".join(ESCAPES.get(c, c) for c in text).split())


def latex(tables: list[PaperTable]) -> str:
    """All tables as one file to \\input; needs booktabs and the T1 encoding."""
    head = "% \\usepackage{booktabs}\n% \\usepackage[T1]{fontenc}\n"
    return head + "".join("\n" + _one(table) for table in tables)


def _one(table: PaperTable) -> str:
    def line(cells: tuple[str, ...]) -> str:
        return " & ".join(escape(cell) for cell in cells) + r" \\"

    caption = f"{table.title}. {table.note}"
    return "\n".join([
        r"\begin{table}", r"\centering", r"\small",
        rf"\begin{{tabular}}{{{table.columns}}}",
        r"\toprule", line(table.header), r"\midrule", *map(line, table.rows), r"\bottomrule",
        r"\end{tabular}", rf"\caption{{{escape(caption)}}}", r"\end{table}", "",
    ])  # fmt: skip
