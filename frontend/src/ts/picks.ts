// Rows that are chosen for a deed: how many, all of the page, all that match.
function count(form: HTMLFormElement): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>("input[data-pick]")];
  const picked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector<HTMLInputElement>("[data-all]");
  const isAny = picked > 0 || all?.checked === true;
  const words = form.querySelector<HTMLElement>("[data-picked]");
  if (words) {
    words.hidden = !isAny || all?.checked === true;
    words.textContent = (words.dataset["picked"] ?? "").replace("{n}", String(picked));
  }
  form.classList.toggle("is-idle", !isAny);
  const head = document.querySelector<HTMLInputElement>("input[data-pick-all]");
  if (!head) return;
  head.checked = picked > 0 && picked === boxes.length;
  head.indeterminate = picked > 0 && picked < boxes.length;
}

export function startPicks(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-bulk]");
  if (form) count(form);
}

export function watchPicks(): void {
  // A list that was morphed under its search keeps its boxes, but they stand for other rows now.
  document.addEventListener("htmx:after:swap", (event) => {
    const list = (event as Partial<CustomEvent<{ ctx?: { target?: Element } }>>).detail?.ctx?.target;
    if (list?.id !== "index") return;
    for (const box of document.querySelectorAll<HTMLInputElement>("#index [type=checkbox][form=bulk]")) {
      box.checked = false;
    }
    startPicks();
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const form = document.querySelector<HTMLFormElement>("form[data-bulk]");
    if (!form) return;
    if (box.dataset["pickAll"] !== undefined) {
      for (const each of document.querySelectorAll<HTMLInputElement>("input[data-pick]")) each.checked = box.checked;
    } else if (box.dataset["pick"] === undefined && box.dataset["all"] === undefined) {
      return;
    }
    count(form);
  });
}
