/* Files and folders dropped or chosen are sent three at a time, each with its own progress. Several at once are one upload (a batch),
   which goes on if this page is closed after the last transfer. A transfer that breaks off is tried again; a refused file holds nobody up.
   Without this script the form sends the files at once. */
(() => {
  "use strict";

  const AT_ONCE = 3;
  const TRIES = 4;
  const WAIT_MS = [1000, 3000, 9000];
  const REFRESH_MS = 3000;
  const GONE_MS = 1500;

  const form = document.getElementById("upload");
  const list = document.getElementById("transfers");
  const summary = document.getElementById("transfers-summary");
  if (!form || !list || !summary) return;
  const input = form.querySelector("input[type=file][name=files]");
  const folder = document.getElementById("folder");
  const words = form.dataset;
  const queue = [];
  const failed = new Set();
  let active = 0;
  let total = 0;
  let sent = 0;
  let batch = null;
  let refreshed = 0;

  form.querySelector("button[type=submit]").hidden = true;
  if (folder) folder.closest("[hidden]").hidden = false;

  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
  const live = (text) => { document.getElementById("live").textContent = text; };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  /* ---------- what the person sees */

  function line(name) {
    const item = element("li", "transfer");
    const bar = element("progress", "");
    const said = element("span", "said");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", name);
    item.append(element("span", "truncate", name), bar, said);
    list.append(item);
    return { item, bar, said };
  }

  function show() {
    const busy = active + queue.length > 0;
    summary.hidden = total < 2 && !failed.size && !batch;
    summary.querySelector("[data-count]").textContent = `${sent} / ${total}`;
    summary.querySelector("progress").value = total ? (100 * sent) / total : 0;
    const link = summary.querySelector("a");
    link.hidden = !batch;
    if (batch) link.href = batch.url;
    summary.querySelector("button").hidden = busy || !failed.size;
    window.onbeforeunload = busy ? (event) => event.preventDefault() : null;
  }

  function refresh(now) {
    if (!now && Date.now() - refreshed < REFRESH_MS) return;
    refreshed = Date.now();
    document.body.dispatchEvent(new Event("documents-changed"));
  }

  /* ---------- the queue */

  async function add(found) {
    const files = await found;
    input.value = "";
    if (folder) folder.value = "";
    if (!files.length) return;
    if (!active && !queue.length) {
      [total, sent, batch] = [0, 0, null];
      forget();
    }
    total += files.length;
    if (!batch && (total > 1 || isArchive(files[0].name))) batch = await open(files.length);
    for (const { file, name } of files) queue.push({ file, name, tries: 0 });
    go();
  }

  const isArchive = (name) => name.toLowerCase().endsWith(".zip");

  async function open(count) {
    const body = new FormData();
    body.append("files", count);
    try {
      const answer = await fetch(words.batches, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // the files themselves will say that the server is away
    }
  }

  function go() {
    while (active < AT_ONCE && queue.length) send(queue.shift());
    show();
    if (!active && !queue.length && total) {
      live(failed.size ? words.failed : words.finished);
      refresh(true);
    }
  }

  function send(entry) {
    active += 1;
    entry.line ||= line(entry.name);
    const { bar, said } = entry.line;
    const request = new XMLHttpRequest();
    const body = new FormData();
    if (batch) body.append("batch", batch.batch);
    body.append("paths", entry.name);
    body.append("files", entry.file);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    said.textContent = words.sending;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
      if (event.loaded === event.total) said.textContent = words.checking;
    });
    request.addEventListener("loadend", () => ended(entry, request));
    request.send(body);
  }

  function ended(entry, request) {
    const answers = read(request);
    const broken = !answers && (request.status === 0 || request.status >= 500 || request.status === 429);
    entry.tries += 1;
    if (broken && entry.tries < TRIES) {
      entry.line.said.textContent = words.again;
      entry.line.bar.value = 0;
      setTimeout(() => { active -= 1; queue.unshift(entry); go(); }, WAIT_MS[entry.tries - 1]);
      return;
    }
    active -= 1;
    sent += 1;
    tell(entry, answers);
    if (answers && answers.some((each) => each.code === "upload_cancelled")) stop();
    refresh(false);
    go();
  }

  function tell(entry, answers) {
    const { item, bar, said } = entry.line;
    const bad = answers ? answers.filter((each) => each.error) : [];
    const good = Boolean(answers) && !bad.length;
    bar.value = 100;
    bar.classList.toggle("is-bad", !good);
    item.classList.toggle("is-bad", !good);
    if (good) {
      said.textContent = answers.length === 1 ? answers[0].said : words.finished;
      setTimeout(() => item.remove(), GONE_MS);
      return;
    }
    said.textContent = bad.length ? bad.map((each) => (answers.length > 1 ? `${each.name}: ` : "") + each.error).join(" ") : words.failed;
    if (!answers) failed.add(entry);
  }

  /* The batch was cancelled: what has not been sent is not wanted. */
  function stop() {
    total -= queue.length;
    queue.length = 0;
  }

  function read(request) {
    try {
      return JSON.parse(request.responseText).files;
    } catch {
      return null;
    }
  }

  function forget() {
    for (const item of list.querySelectorAll(".is-bad")) item.remove();
    failed.clear();
  }

  summary.querySelector("button").addEventListener("click", () => {
    for (const entry of failed) {
      entry.line.item.classList.remove("is-bad");
      entry.line.bar.classList.remove("is-bad");
      entry.tries = 0;
      sent -= 1;
      queue.push(entry);
    }
    failed.clear();
    go();
  });

  /* ---------- where files come from */

  const chosen = (files) => [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name })).filter(wanted);
  const wanted = ({ name }) => !name.split("/").some((part) => part.startsWith(".") || part.startsWith("~$") || part === "__MACOSX");

  /* Entries must be asked for before the event ends; folders are then read bit by bit (readEntries gives at most 100). */
  async function dropped(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.length) return chosen(transfer.files);
    const lists = await Promise.all(entries.map((entry) => walk(entry, "")));
    return lists.flat().filter(wanted);
  }

  async function walk(entry, path) {
    const name = path + entry.name;
    if (entry.isFile) return [{ file: await new Promise((done, failed_) => entry.file(done, failed_)), name }];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, failed_) => reader.readEntries(done, failed_));
      if (!some.length) return found;
      for (const each of some) found.push(...(await walk(each, `${name}/`)));
    }
  }

  input.addEventListener("change", () => add(chosen(input.files)));
  if (folder) folder.addEventListener("change", () => add(chosen(folder.files)));
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
    add(dropped(event.dataTransfer));
  });
})();
