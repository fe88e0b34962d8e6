// Screens that are made here, from the parts that the phone keeps.
import { part } from "./parts";

export function screen(): HTMLElement {
  return document.getElementById("screen") ?? document.body;
}

export function shown(): void {
  document.dispatchEvent(new CustomEvent("till:screen"));
}

export function fill(root: ParentNode, slot: string, text: string): void {
  const place = root.querySelector<HTMLElement>(`[data-slot="${slot}"]`);
  if (place) place.textContent = text;
}

// Corner, finder and sheet; `prepare` works on them before anybody sees them.
export function show(name: string, prepare: (copy: DocumentFragment) => void = () => undefined): boolean {
  const copy = part(name);
  if (!copy) return false;
  prepare(copy);
  const [corner, finder, sheet] = copy.children;
  const frame = screen();
  delete frame.dataset["waits"];
  if (corner) frame.querySelector(".till-top > .round")?.replaceWith(corner);
  if (finder) frame.querySelector(".finder")?.replaceWith(finder);
  if (sheet) frame.querySelector(".sheet")?.replaceWith(sheet);
  shown();
  return true;
}
