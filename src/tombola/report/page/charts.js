// Charts are drawn when they are seen, or about to be.
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
    if (value.legend?.orient === "right") value.legend.orient = "top";
    if (value.axis?.labels === false) value.axis.labels = true; // a neighbour's, on paper
    Object.values(value).forEach(visit);
  };
  visit(spec.concat ?? spec.layer);
}

function dataOf(panel, found = []) {
  if (panel && typeof panel === "object") {
    if (panel.data?.name) found.push(panel.data.name);
    for (const each of Object.values(panel)) dataOf(each, found);
  }
  return found;
}

const NOTHING = "Of what is chosen there is nothing here.";

// What a chart is drawn from; null where all that tells is left out by what a reader chose.
function specOf(id) {
  const chart = page.charts[id];
  const spec = structuredClone(chart.spec);
  spec.datasets = keptRows(chart);
  spec.config = structuredClone(page.config);
  spec.background = "transparent";
  // Panels of which nothing is left.
  const told = new Set(Object.keys(spec.datasets).filter((name) => page.rows[chart.data[name]].n > 1));
  if (chosen.size && told.size && ![...told].some((name) => spec.datasets[name].length)) return null;
  if (spec.concat && chosen.size) {
    const full = spec.concat.filter((panel) => {
      const names = dataOf(panel).filter((name) => told.has(name));
      return !names.length || names.some((name) => spec.datasets[name].length);
    });
    if (full.length) spec.concat = full;
  }
  const round = (spec.params ?? []).find((param) => param.name === "round");
  if (round?.bind && chosen.has("round")) round.value = Number(chosen.get("round"));
  if (document.documentElement.clientWidth < 600) narrow(spec);
  return spec;
}

async function draw(target) {
  if (target.dataset.drawn || !page.charts[target.id]) return;
  target.dataset.drawn = "begun";
  try {
    const tooltip = (handler, event, item, value) =>
      showTip(target, value, item?._svg?.getBoundingClientRect());
    // `ast` interprets Vega's expressions, so that the page needs no eval.
    const options = { mode: "vega-lite", renderer: "svg", ast: true, actions: false, tooltip };
    const spec = specOf(target.id);
    if (!spec) {
      target.textContent = NOTHING;
      target.dataset.drawn = "yes";
      return;
    }
    const { view } = await vegaEmbed(target, spec, options);
    view.addEventListener("pointerdown", (event, item) => tooltip(null, event, item, item?.tooltip));
    page.views.set(target.id, view);
    const svg = target.querySelector("svg");
    svg.style.maxWidth = `${1.7 * svg.viewBox.baseVal.width}px`;
    // One picture with one description: a screen reader need not walk through every mark.
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", target.dataset.alt);
    for (const input of target.querySelectorAll("input")) input.setAttribute("aria-label", input.name);
    target.dataset.drawn = "yes";
  } catch (problem) {
    target.textContent = "This figure could not be drawn.";
    target.dataset.drawn = "failed";
    console.error(problem);
  }
  if (target.dataset.stale) redraw(target);
}

// What is not true any more is drawn anew when it is seen, as it was at first.
function redraw(target) {
  if (target.dataset.drawn === "begun") {
    target.dataset.stale = "yes";
    return;
  }
  delete target.dataset.stale;
  page.views.get(target.id)?.finalize();
  page.views.delete(target.id);
  delete target.dataset.drawn;
  delete target.dataset.at;
  seen.unobserve(target);
  if (isOpen(target)) seen.observe(target);
}

const isOpen = (target) => !target.closest("details:not([open])") && !target.closest("[hidden]");
