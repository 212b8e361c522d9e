// What a reader narrows all charts to, and the address that says so: #chart-x&task=cola&round=3.
const chosen = new Map();

function readAddress() {
  const [place, ...choices] = location.hash.slice(1).split("&").map(decoded);
  const wanted = new Map(choices.map((choice) => {
    const [name, ...value] = choice.split("=");
    return [name, value.join("=")];
  }));
  chosen.clear();
  // Of what an address asks for, only what this page has to choose.
  for (const select of document.querySelectorAll("select[data-facet]")) {
    const name = select.dataset.facet;
    const known = [...select.options].some((option) => option.value && option.value === wanted.get(name));
    select.value = known ? wanted.get(name) : "";
    if (known) chosen.set(name, wanted.get(name));
  }
  return place;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function writeAddress(place) {
  const choices = [...chosen].map(([name, value]) => `${name}=${value}`);
  history.replaceState(null, "", "#" + [place, ...choices].map(encodeURIComponent).join("&"));
}

// Whether a chart has anything of what was chosen. A chart without a facet is about all of it.
function isShown(id) {
  const { facets } = page.charts[id];
  return [...chosen].every(([name, value]) => !facets[name] || facets[name].includes(value));
}

function isKept(row) {
  return [...chosen].every(([name, value]) => {
    if (!Object.hasOwn(row, name) || row[name] === null) return true;
    // What tickets are held to stays beside them.
    if (page.references.includes(row.criterion)) return name === "task" ? row[name] === value : true;
    return String(row[name]) === value;
  });
}

function showChosen() {
  for (const link of document.querySelectorAll("a[data-of]")) link.hidden = !isShown(link.dataset.of);
  for (const target of charts()) {
    target.closest("figure").hidden = !isShown(target.id);
    redraw(target);
  }
  drawSoon();
  for (const group of document.querySelectorAll(".group")) {
    const figures = [...group.querySelectorAll("figure")];
    group.querySelector(".nothing").hidden = figures.some((figure) => !figure.hidden);
  }
  for (const row of document.querySelectorAll("tr[data-task]")) {
    row.hidden = ["task", "criterion"].some((name) => {
      const value = chosen.get(name);
      return value && row.dataset[name] !== value && !(name === "criterion" && page.references.includes(row.dataset[name]));
    });
  }
  part("narrowed").textContent = chosen.size ? [...chosen].map(([name, value]) => `${name} ${value}`).join(", ") : "";
}
