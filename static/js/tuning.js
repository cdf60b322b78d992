/* Sliders say their value while they move; what was not applied is marked. Trying them is htmx's part, and works by button without this. */
(() => {
  "use strict";

  const form = document.querySelector(".weights");
  if (!form) return;

  form.addEventListener("input", (event) => {
    const output = event.target.type === "range" && form.querySelector(`output[for="${event.target.id}"]`);
    if (output) output.value = String(Number(event.target.value));
  });

  /* Apply and reset load the page anew; only trying is a partial request. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const by = event.detail.requestConfig.triggeringEvent?.submitter;
    if (event.target === form && by?.dataset.plain !== undefined) event.preventDefault();
  });
})();
