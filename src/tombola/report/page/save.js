// Files that a reader takes along, made here when they are asked for.
function save(name, url) {
  const link = document.createElement("a");
  link.download = name;
  link.href = url;
  link.click();
}

function saveText(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  save(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function csv({ header, rows }) {
  const cell = (value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

const ESCAPES = {
  "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_", "{": "\\{", "}": "\\}",
  "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}",
  "|": "\\textbar{}", '"': "\\textquotedbl{}", "±": "$\\pm$", "−": "$-$", "–": "--", "†": "$\\dagger$",
};

function latex({ header, rows }, caption) {
  const escaped = (value) => [...String(value)].map((c) => ESCAPES[c] ?? c).join("").split(/\s+/).join(" ");
  const line = (cells) => cells.map(escaped).join(" & ") + " \\\\";
  return [
    "% \\usepackage{booktabs}", "% \\usepackage[T1]{fontenc}", "\\begin{table}", "\\centering", "\\small",
    `\\begin{tabular}{${"l".repeat(header.length)}}`, "\\toprule", line(header), "\\midrule",
    ...rows.map(line), "\\bottomrule", "\\end{tabular}", `\\caption{${escaped(caption)}}`, "\\end{table}", "",
  ].join("\n");
}

function tableOf(element) {
  const cells = (row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim());
  const [header, ...rows] = [...element.rows].map(cells);
  return { header, rows };
}

async function saveChart(id, kind) {
  const target = part(id);
  await draw(target);
  const stem = id.replace(/^chart-/, "");
  if (kind === "csv") saveText(`${stem}.csv`, csv(tabled(page.charts[id])), "text/csv");
  if (kind === "tex") saveText(`${stem}.tex`, latex(tabled(page.charts[id]), target.dataset.title), "application/x-tex");
  const view = page.views.get(id); // none where nothing is left of what was chosen
  if (kind === "svg" && view) saveText(`${stem}.svg`, await view.toSVG(), "image/svg+xml");
  // 300 dots per inch of paper, where a point of the chart is a point of paper; on white.
  if (kind === "png" && view) {
    view.background("white");
    save(`${stem}.png`, await view.toImageURL("png", 300 / 72));
    view.background("transparent").run();
  }
}

async function saveFile(button) {
  const { name, kind, of } = button.dataset;
  if (of) {
    const made = tableOf(part(of));
    return kind === "csv" ? saveText(`${name}.csv`, csv(made), "text/csv")
      : saveText(`${name}.tex`, latex(made, part(of).dataset.title), "application/x-tex");
  }
  page.files ??= await unpacked("files-data");
  const [type, text] = page.files[name];
  saveText(name, text, type);
}

const MOST_ROWS = 1000;
function fillTable(details) {
  const made = tabled(page.charts[details.dataset.chart]);
  const table = document.createElement("table");
  const add = (place, cells, kind) => {
    const row = place.insertRow();
    for (const cell of cells) {
      const found = row.appendChild(document.createElement(kind));
      if (kind === "th") found.scope = "col";
      found.textContent = typeof cell === "number" ? String(Number(cell.toPrecision(6))) : String(cell);
    }
  };
  add(table.createTHead(), made.header, "th");
  const body = table.createTBody();
  for (const row of made.rows.slice(0, MOST_ROWS)) add(body, row, "td");
  const scroll = details.querySelector(".scroll");
  scroll.replaceChildren(table);
  if (made.rows.length > MOST_ROWS) scroll.append(`${made.rows.length - MOST_ROWS} more rows are in the CSV file.`);
}
