// Keys of the annotation pages: digits choose a passage, r / p / w mark it right, partly, wrong; a to j choose what was wrong; c goes to the
// correct answer and Esc leaves it; s or Ctrl+Enter saves, x rejects, n takes the next.
(() => {
  let current = 0;
  const passages = () => [...document.querySelectorAll("[data-passage]")];
  const choose = (place) => {
    const all = passages();
    if (!all.length) return;
    current = Math.max(0, Math.min(all.length - 1, place));
    all.forEach((each, at) => each.toggleAttribute("data-current", at === current));
    all[current].scrollIntoView({ block: "nearest" });
  };
  const mark = (grade) => {
    const field = passages()[current]?.querySelector(`input[value="${grade}"]`);
    if (field) { field.checked = true; choose(current + 1); }
  };
  const tag = (key) => {
    const field = document.querySelector(`input[data-key="${key}"]`);
    if (field) field.checked = !field.checked;
  };
  const press = (verb) => document.querySelector(`button[value="${verb}"]`)?.click();
  document.addEventListener("keydown", (event) => {
    const text = document.getElementById("corrected");
    if (event.target === text) {
      if (event.key === "Escape") text.blur();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) press("save");
      return;
    }
    if (event.target.matches("textarea, select, input:not([type=radio])") || event.ctrlKey || event.metaKey || event.altKey) return;
    const grades = { r: 2, p: 1, w: 0 }, verbs = { s: "save", x: "reject", n: "skip" };
    if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
    else if (event.key in grades) mark(grades[event.key]);
    else if (event.key in verbs) press(verbs[event.key]);
    else if (event.key === "c" && text) { event.preventDefault(); text.focus(); }
    else if (/^[a-z]$/.test(event.key)) tag(event.key);
  });
  choose(0);
})();
