// `/` and `?`, and `g` with a letter; never while somebody types, and not at all where turned off.
import { openPalette } from "./palette";

const WAIT_MS = 1_500;
let waitsUntil = 0; // after `g`, for a letter

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function go(letter: string): void {
  const place = document.querySelector<HTMLElement>(`#shortcuts [data-letter="${CSS.escape(letter)}"]`);
  const url = place?.dataset["url"];
  if (url) window.location.assign(url);
}

function showList(): void {
  const list = document.getElementById("shortcuts");
  if (!(list instanceof HTMLDialogElement) || list.open) return;
  for (const open of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) open.close();
  list.showModal();
}

function single(event: KeyboardEvent): boolean {
  if (event.key === "/") openPalette();
  else if (event.key === "?") showList();
  else if (event.key === "g") waitsUntil = Date.now() + WAIT_MS;
  else if (Date.now() < waitsUntil) {
    waitsUntil = 0;
    go(event.key);
  } else return false;
  return true;
}

export function watchShortcuts(): void {
  const isOn = document.getElementById("palette")?.dataset["shortcuts"] === "on";
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    if (single(event)) event.preventDefault();
  });
  for (const item of document.querySelectorAll<HTMLElement>("[data-lists-shortcuts]")) {
    item.addEventListener("click", showList);
  }
}
