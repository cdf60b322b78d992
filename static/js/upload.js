/* Files dropped or chosen are sent one after the other, each with its own progress; without this script the form sends them at once. */
(() => {
  "use strict";

  const form = document.getElementById("upload");
  const list = document.getElementById("transfers");
  if (!form || !list) return;
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const queue = [];
  let sending = false;
  button.hidden = true;

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const said = document.createElement("span");
    item.className = "transfer";
    name.className = "truncate";
    name.textContent = file.name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    said.className = "said";
    item.append(name, bar, said);
    list.append(item);
    return { item, bar, said };
  }

  function add(files) {
    for (const file of files) queue.push({ file, line: line(file) });
    input.value = "";
    if (!sending) next();
  }

  function next() {
    const entry = queue.shift();
    sending = Boolean(entry);
    if (entry) send(entry);
    else document.getElementById("live").textContent = form.dataset.finished;
  }

  function send({ file, line: { item, bar, said } }) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", file);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    said.textContent = form.dataset.sending;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("loadend", () => {
      const answer = read(request);
      const failed = !answer || answer.error;
      bar.value = 100;
      bar.classList.toggle("is-bad", Boolean(failed));
      item.classList.toggle("is-bad", Boolean(failed));
      said.textContent = failed ? (answer && answer.error) || form.dataset.failed : answer.said;
      document.body.dispatchEvent(new Event("documents-changed"));
      if (!failed) setTimeout(() => item.remove(), 4000);
      next();
    });
    request.send(body);
  }

  function read(request) {
    try {
      return JSON.parse(request.responseText).files[0];
    } catch {
      return null;
    }
  }

  input.addEventListener("change", () => add(input.files));
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    add(event.dataTransfer.files);
  });
})();
