/* The simulated phone: Enter sends, the field empties, the thread stays at its end. The page works without this file. */
(() => {
  "use strict";

  const toEnd = (thread) => { thread.scrollTop = thread.scrollHeight; };
  const threads = () => document.querySelectorAll(".phone-thread");
  const nearEnd = (thread) => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;

  threads().forEach(toEnd);
  const first = document.querySelector(".phone-write textarea");
  if (first) first.focus({ preventScroll: true });

  document.addEventListener("keydown", (event) => {
    const area = event.target.closest(".phone-write textarea");
    /* While a Chinese input method composes, Enter chooses a word. */
    if (!area || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (area.value.trim()) area.form.requestSubmit();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest(".phone-write");
    if (form && event.detail.successful) {
      form.reset();
      toEnd(form.closest(".phone").querySelector(".phone-thread"));
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const thread = event.detail.target.closest(".phone-thread");
    if (thread) thread.dataset.follow = nearEnd(thread) ? "1" : "";
  });

  document.addEventListener("htmx:afterSettle", () => {
    threads().forEach((thread) => { if (thread.dataset.follow) toEnd(thread); });
  });
})();
