/* Keys on the search test page, while the focus is in a passage: 1 right, 2 partly, 3 wrong, 0 undo, arrows to the next passage. */
(() => {
  "use strict";

  let pressed = null;

  function move(hit, step) {
    const hits = [...document.querySelectorAll("li.hit:has(.judge)")].filter((each) => each.offsetParent);
    const next = hits[hits.indexOf(hit) + step];
    next?.querySelector(".judge button")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    const judge = event.target.closest(".judge");
    if (!judge || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const button = judge.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!step && !button) return;
    event.preventDefault();
    if (step) move(judge.closest(".hit"), step);
    else button.click();
  });

  /* The buttons are exchanged by the answer: the focus stays where it was. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest(".judge")) pressed = { id: event.target.closest(".judge").id, key: document.activeElement?.dataset.key };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!pressed) return;
    const judge = document.getElementById(pressed.id);
    (judge?.querySelector(`[data-key="${pressed.key}"]`) || judge?.querySelector("button"))?.focus();
    pressed = null;
  });
})();
