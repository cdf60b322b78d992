/* The image of a page: scroll to the quotation once the image has its size; say it when there is none. Without this the text is a link away. */
(() => {
  "use strict";

  const figure = document.querySelector(".sheet");
  const image = figure?.querySelector("img");
  if (!image) return;

  function shown() {
    figure.removeAttribute("aria-busy");
    if (location.hash === "#quote") figure.querySelector("#quote")?.scrollIntoView({ block: "center" });
  }

  async function failed() {
    const note = document.getElementById("sheet-failed");
    figure.hidden = true;
    note.hidden = false;
    const answer = await fetch(image.src).catch(() => null);
    const plain = answer && !answer.ok && (answer.headers.get("Content-Type") || "").startsWith("text/plain");
    if (plain) note.querySelector("[data-cause]").textContent = await answer.text();
  }

  if (image.complete && image.naturalWidth) shown();
  else if (image.complete) failed();
  image.addEventListener("load", shown);
  image.addEventListener("error", failed);
})();
