/* The desk's own behaviour; every page works without it. */
(() => {
  "use strict";

  const live = () => document.getElementById("live");

  function say(text) {
    const region = live();
    if (region) region.textContent = text;
  }

  function toast(text, level) {
    const box = document.getElementById("toasts");
    if (!box) return;
    const item = document.createElement("div");
    item.className = "toast toast-" + level;
    const span = document.createElement("span");
    span.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.dataset.dismiss = "";
    close.textContent = "×";
    close.setAttribute("aria-label", box.dataset.close);
    item.append(span, close);
    box.append(item);
  }

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-dismiss]");
    if (close) close.closest(".toast").remove();
  });

  /* Ctrl+Enter or Cmd+Enter sends the form of a textarea marked data-send. */
  document.addEventListener("keydown", (event) => {
    const area = event.target.closest("textarea[data-send]");
    if (area && event.key === "Enter" && (event.ctrlKey || event.metaKey) && area.value.trim()) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });

  /* Alt+D asks for a draft of the reply. A finished draft goes into the box; words that a person typed there stay, and the draft waits. */
  document.addEventListener("keydown", (event) => {
    const button = event.altKey && !event.ctrlKey && event.code === "KeyD" && document.querySelector("[data-key='d']");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  let putIn = "";
  function putDraft(draft) {
    const area = document.getElementById("reply");
    if (!area) return;
    area.value = putIn = draft.dataset.draftText;
    area.form.elements.draft.value = draft.dataset.draft;
    draft.querySelector("[data-draft-kept]").hidden = true;
    area.focus();
    say(area.value);
  }
  document.addEventListener("htmx:afterSettle", () => {
    const draft = document.querySelector("#draft[data-draft]:not([data-seen])");
    const area = document.getElementById("reply");
    if (!draft || !area) return;
    draft.dataset.seen = "";
    if (!area.value.trim() || area.value === putIn) putDraft(draft);
    else draft.querySelector("[data-draft-kept]").hidden = false;
  });
  document.addEventListener("click", (event) => {
    const put = event.target.closest("[data-draft-put]");
    if (put) putDraft(put.closest("#draft"));
  });

  /* Forms marked data-confirm ask first. */
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  /* Failures of partial requests: the server's sentence when it sent one. A poll that fails is said once, not every time. */
  let offline = false;
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    if (event.detail.requestConfig.verb === "get" && !plain) return;
    toast(plain ? xhr.responseText : live().dataset.failed, "error");
  });
  document.addEventListener("htmx:sendError", () => {
    if (offline) return;
    offline = true;
    toast(live().dataset.offline, "warning");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) offline = false;
  });

  /* A polled part in which the person is selecting text is left alone this time. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (target.dataset.keep === undefined || event.detail.requestConfig.verb !== "get") return;
    const selection = document.getSelection();
    const selecting = selection && !selection.isCollapsed && target.contains(selection.anchorNode);
    if (selecting) event.detail.shouldSwap = false;
  });

  /* Open <details> stay open across swaps, by id. */
  let open = new Set();
  let lastSaid = document.querySelector("[data-say]")?.dataset.say;
  document.addEventListener("htmx:beforeSwap", (event) => {
    open = new Set([...event.detail.target.querySelectorAll("details[open][id]")].map((each) => each.id));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    const said = document.querySelector("[data-say]")?.dataset.say;
    if (said && said !== lastSaid) say(said);
    lastSaid = said;
  });

  /* Threads open at their end and follow it while the reader is there. */
  const END = 80;
  function follow(box) {
    box.scrollTop = box.scrollHeight;
  }
  document.querySelectorAll("[data-follow]").forEach(follow);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = event.detail.target.closest("[data-follow]");
    if (box) box.dataset.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END ? "1" : "";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const box = event.detail.target.closest?.("[data-follow]");
    if (box && box.dataset.atEnd) follow(box);
  });
})();
