// What a mark says: at most five lines, beside the chart and never over it.
function tipLines(value) {
  const lines = [[], [], [], [], []];
  for (const [title, said] of Object.entries(value)) {
    if (said === "" || said === "null" || said === null || said === "NaN") continue;
    const line = lines[page.lines[title] ?? 0];
    // The upper end of an interval follows the lower one.
    if (title === "to" && line.length) line[line.length - 1] += ` to ${said}`;
    else line.push(`${title} ${said}`);
  }
  return lines.filter((line) => line.length).map((line) => line.join(" · "));
}

function showTip(target, value, mark) {
  const tip = part("tip");
  if (value === null || value === undefined || value === "") return hideTip();
  tip.replaceChildren();
  const lines = typeof value === "object" ? tipLines(value) : [String(value)];
  for (const line of lines) {
    const row = document.createElement("div");
    row.textContent = line;
    tip.append(row);
  }
  tip.hidden = false;
  const around = target.querySelector("svg").getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const bar = part("bar").getBoundingClientRect().bottom;
  const middle = mark ? mark.left + mark.width / 2 : around.left + around.width / 2;
  const across = (x) => Math.min(Math.max(8, x), document.documentElement.clientWidth - width - 8);
  let [x, y] = [across(middle - width / 2), around.bottom + 2];
  if (y + height > innerHeight && around.top - height - 2 > bar) y = around.top - height - 2;
  else if (y + height > innerHeight) {
    // No room above or below: on the other half of the window.
    x = across(middle > innerWidth / 2 ? middle - width - 48 : middle + 48);
    y = Math.max(bar + 4, innerHeight - height - 8);
  }
  tip.style.left = `${x}px`;
  tip.style.top = `${y}px`;
}

function hideTip() {
  part("tip").hidden = true;
}

function told(view) {
  const found = [];
  const visit = (item) => {
    if (item.tooltip && item.mark?.marktype !== "group" && item._svg) found.push(item);
    for (const mark of item.items ?? []) visit(mark);
  };
  visit(view.scenegraph().root);
  return found;
}

// Arrow keys go from mark to mark.
function byKey(target, event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const view = page.views.get(target.id);
  if (event.key === "Escape") return hideTip();
  if (!step || !view) return;
  event.preventDefault();
  const marks = told(view);
  if (!marks.length) return;
  const first = step > 0 ? -1 : 0;
  const place = ((Number(target.dataset.at ?? first) + step) % marks.length + marks.length) % marks.length;
  target.dataset.at = place;
  target.querySelector(".at")?.classList.remove("at");
  marks[place]._svg.classList.add("at");
  showTip(target, marks[place].tooltip, marks[place]._svg.getBoundingClientRect());
}
