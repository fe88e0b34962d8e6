// The camera comes after the first paint: its code is loaded only where there is a lens to look through.
import type { Lens } from "./scan/lens";
import { signal } from "./signal";

let lens: Promise<Lens> | null = null;

function found(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-lens]");
}

async function load(): Promise<void> {
  try {
    lens ??= import("./scan/lens").then((module) => module.begin(signal));
    (await lens).attach(found());
  } catch {
    lens = null; // no network, or a new release has taken its place: the words say to reload
    const words = document.querySelector<HTMLElement>("[data-lens] [data-fault=reader]");
    if (words) words.hidden = false;
  }
}

/** Called for every screen: the camera opens where there is a lens and closes where there is none. */
export function startLens(): void {
  if (lens || found()) requestAnimationFrame(() => window.setTimeout(() => void load()));
}
