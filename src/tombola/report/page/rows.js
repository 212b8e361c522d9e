// A chart's rows as a reader sees them: under the names of its tooltips, and only what is chosen.
function keptRows(chart) {
  const found = {};
  for (const [name, place] of Object.entries(chart.data)) {
    found[name] = rowsOf(page.rows[place]).filter(isKept);
  }
  return found;
}

function named(spec) {
  const found = new Map();
  const visit = (value) => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value.tooltip)) for (const each of value.tooltip) found.set(each.field, each.title ?? each.field);
    Object.values(value).forEach(visit);
  };
  visit(spec);
  return found;
}

// Names of columns, and rows as lists of cells.
function tabled(chart) {
  const names = named(chart.spec);
  const all = Object.values(keptRows(chart));
  const told = all.filter((rows) => rows.some((row) => [...names.keys()].some((name) => name in row)));
  const rows = (names.size ? told : all).flat();
  const columns = names.size ? [...names.keys()] : [...new Set(rows.flatMap(Object.keys))];
  const cells = rows.map((row) => columns.map((name) => row[name] ?? ""));
  const seen = new Set();
  const distinct = cells.filter((row) => !seen.has(JSON.stringify(row)) && seen.add(JSON.stringify(row)));
  return { header: columns.map((name) => names.get(name) ?? name), rows: distinct };
}
