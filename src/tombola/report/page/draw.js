"use strict";
// Tables travel as lists, without the names and what is the same in all rows, to stay small.
function unpacked({ same, columns, rows }) {
  const named = (row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]));
  return rows.map((row) => ({ ...same, ...named(row) }));
}

function wrapped(line, length) {
  const lines = [""];
  for (const word of line.split(" ")) {
    const longer = (lines.at(-1) + " " + word).trim();
    if (longer.length <= length) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter((text) => text);
}

// A phone shows one panel below the other, and titles and keys as narrow as a panel.
function narrow(spec) {
  if (spec.concat) spec.columns = 1;
  const { title } = spec;
  if (Array.isArray(title.text)) title.text = wrapped(title.text.join(" "), 34);
  title.subtitle = wrapped(title.subtitle.join(" "), 48);
  const visit = (value) => {
    if (value === null || typeof value !== "object") return;
    if (value.legend?.columns > 3) value.legend.columns = 3;
    if (value.axis?.labels === false) value.axis.labels = true; // a neighbour's, on paper
    Object.values(value).forEach(visit);
  };
  visit(spec.concat ?? spec.layer);
}

async function draw(target, spec) {
  for (const name of Object.keys(spec.datasets)) {
    spec.datasets[name] = unpacked(spec.datasets[name]);
  }
  if (document.documentElement.clientWidth < 600) narrow(spec);
  // `ast` interprets Vega's expressions, so that the page needs no eval.
  await vegaEmbed(target, spec, { mode: "vega-lite", renderer: "svg", ast: true, actions: false });
  const svg = target.querySelector("svg");
  svg.style.maxWidth = `${1.7 * svg.viewBox.baseVal.width}px`;
  // One picture with one description: a screen reader need not walk through every mark.
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", target.dataset.alt);
}

async function drawAll() {
  const specs = JSON.parse(document.getElementById("charts").textContent);
  for (const target of document.querySelectorAll(".chart")) {
    try {
      await draw(target, specs[target.id]);
      target.dataset.drawn = "yes";
    } catch (problem) {
      target.textContent = "This figure could not be drawn.";
      console.error(problem);
    }
  }
  document.documentElement.dataset.drawn = "all";
}

window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
drawAll();
