/* Sliders say their value while they move. Trying them is htmx's part, and works by button without either. */
(() => {
  "use strict";

  const form = document.querySelector(".weights");
  if (!form) return;

  form.addEventListener("input", (event) => {
    const output = event.target.type === "range" && form.querySelector(`output[for="${event.target.id}"]`);
    if (output) output.value = String(Number(event.target.value));
  });
})();
