/* The list of documents: ticks stay when the table is fetched again, and are counted. The form works without this file. */
(() => {
  "use strict";

  const form = document.getElementById("many");
  const table = document.getElementById("documents");
  if (!form || !table) return;
  const count = document.getElementById("many-count");
  const all = document.getElementById("many-all");
  const boxes = () => [...table.querySelectorAll("input[name=pick]")];
  const ticked = new Set();

  function show() {
    const page = table.querySelector("#pick-page");
    for (const box of boxes()) {
      box.checked = ticked.has(box.value);
      box.disabled = Boolean(all && all.checked);
    }
    if (page) {
      page.hidden = false;
      page.checked = boxes().length > 0 && boxes().every((box) => box.checked);
      page.disabled = Boolean(all && all.checked);
    }
    count.textContent = `${count.dataset.text} ${ticked.size}`;
    for (const button of form.querySelectorAll("button[name=do]")) button.disabled = !ticked.size && !(all && all.checked);
  }

  function tick(box) {
    if (box.checked) ticked.add(box.value);
    else ticked.delete(box.value);
  }

  table.addEventListener("change", (event) => {
    if (event.target.id === "pick-page") for (const box of boxes()) { box.checked = event.target.checked; tick(box); }
    else if (event.target.name === "pick") tick(event.target);
    show();
  });
  if (all) all.addEventListener("change", show);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target === table) show(); });
  boxes().forEach(tick);
  show();
})();
