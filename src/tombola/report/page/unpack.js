// What travels compressed (packing.py), by the browser's own means.
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function rowsOf({ n, same, columns }) {
  const names = Object.keys(columns);
  return Array.from({ length: n }, (_, i) => {
    const row = { ...same };
    for (const name of names) row[name] = columns[name][i];
    return row;
  });
}

const page = { charts: {}, rows: [], config: {}, lines: {}, references: [], views: new Map() };
const part = (id) => document.getElementById(id);
const charts = () => [...document.querySelectorAll(".chart")];
