// Everything that begins when the page is there.
function show(place) {
  const found = place && document.getElementById(place);
  if (!found) return;
  for (let up = found.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  found.scrollIntoView();
}

function listen() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.chart) saveChart(button.dataset.chart, button.dataset.kind);
    else if (button.dataset.name) saveFile(button);
    else if (button.id === "all") choose(null);
  });
  document.addEventListener("change", (event) => {
    if (event.target.dataset.facet) choose(event.target);
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    if (event.target.matches(".behind")) fillTable(event.target);
    for (const target of event.target.querySelectorAll(".chart")) if (isOpen(target)) seen.observe(target);
  }, true);
  addEventListener("hashchange", () => {
    const place = readAddress();
    showChosen();
    show(place);
  });
  addEventListener("scroll", hideTip, { passive: true });
  addEventListener("beforeprint", () => charts().filter(isOpen).forEach(draw));
  for (const target of charts()) {
    target.addEventListener("keydown", (event) => byKey(target, event));
    target.addEventListener("blur", hideTip);
  }
}

function choose(select) {
  if (select === null) chosen.clear();
  else if (select.value) chosen.set(select.dataset.facet, select.value);
  else chosen.delete(select.dataset.facet);
  for (const each of document.querySelectorAll("select[data-facet]")) each.value = chosen.get(each.dataset.facet) ?? "";
  writeAddress("");
  showChosen();
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    draw(target);
  }
}, { rootMargin: "400px" });

// When nothing else is to do: so that a page is whole when it is printed.
function drawSoon() {
  delete document.documentElement.dataset.drawn;
  (window.requestIdleCallback ?? setTimeout)(drawRest);
}

async function drawRest() {
  for (const target of charts().filter(isOpen)) {
    await draw(target);
    await new Promise((done) => setTimeout(done));
  }
  document.documentElement.dataset.drawn = "all";
}

async function start() {
  Object.assign(page, await unpacked("charts"));
  listen();
  const place = readAddress();
  if (chosen.size) showChosen();
  show(place);
  charts().filter(isOpen).forEach((target) => seen.observe(target));
  document.documentElement.dataset.ready = "yes";
  drawSoon();
}
start().catch((problem) => {
  console.error(problem);
  document.documentElement.dataset.drawn = "all";
});
