// The search as a dialog: opened by `/` or Ctrl+K, walked through with the arrows.
import htmx from "htmx.org";

function palette(): HTMLDialogElement | null {
  const found = document.getElementById("palette");
  return found instanceof HTMLDialogElement ? found : null;
}

function options(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("#found [role=option]")];
}

function field(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#palette-q");
}

function choose(option: HTMLElement | undefined): void {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    field()?.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    field()?.removeAttribute("aria-activedescendant");
  }
}

function chosen(): number {
  return options().findIndex((option) => option.getAttribute("aria-selected") === "true");
}

export function openPalette(): void {
  const dialog = palette();
  if (!dialog || document.querySelector("dialog[open]")) return;
  htmx.process(dialog); // a key may come before htmx has looked at the page
  dialog.showModal();
  field()?.select();
  dialog.querySelector("form")?.dispatchEvent(new CustomEvent("palette:open", { bubbles: true }));
}

function walk(event: KeyboardEvent): void {
  const all = options();
  const here = chosen();
  const steps: Record<string, number> = {
    ArrowDown: here + 1 >= all.length ? 0 : here + 1,
    ArrowUp: here <= 0 ? all.length - 1 : here - 1,
  };
  const next = steps[event.key];
  if (next !== undefined) {
    event.preventDefault();
    choose(all[next]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    (all[here] ?? all[0])?.click();
  } else if (event.key === "Escape") {
    event.preventDefault(); // a search field would only empty itself
    palette()?.close();
  }
}

function tell(): void {
  const found = document.getElementById("found");
  const says = document.querySelector<HTMLElement>("[data-found-says]");
  if (says) says.textContent = found?.dataset["count"] ?? "";
}

export function watchPalette(): void {
  field()?.addEventListener("keydown", walk);
  document.addEventListener("htmx:after:swap", (event) => {
    if (!palette()?.open || !(event.target instanceof Element)) return;
    choose(options()[0]);
    tell();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest("[data-palette]") : null;
    if (!opener) return;
    event.preventDefault();
    openPalette();
  });
}
