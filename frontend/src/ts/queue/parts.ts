// The page that the phone keeps: shown at once when the till opens, and the screens for no network.
import { ask } from "./send";

const SHELL = "/till/shell";
const FRESH_MS = 5 * 60_000;
const AT = "till.shell";
const LATER_MS = 1500;
let parts: Document | null = null;

export function build(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=till-build]")?.content ?? "";
}

async function kept(): Promise<Response | undefined> {
  return "caches" in window ? caches.match(SHELL, { ignoreVary: true }) : undefined;
}

// Only a shell of this release: its files are the ones that are kept beside it.
async function renew(): Promise<Document | null> {
  const response = await ask(SHELL);
  if (response.redirected) await forget(); // signed out
  if (!response.ok || response.redirected) return null;
  const text = await response.clone().text();
  if (!text.includes(`"${build()}"`)) return null;
  if ("caches" in window) await (await caches.open(`till-${build()}`)).put(SHELL, response);
  sessionStorage.setItem(AT, String(Date.now()));
  return new DOMParser().parseFromString(text, "text/html");
}

export async function forget(): Promise<void> {
  sessionStorage.removeItem(AT);
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith("till-")) await (await caches.open(name)).delete(SHELL);
  }
}

export async function loadParts(): Promise<void> {
  const here = document.getElementById("t-kept");
  const stored = here ? undefined : await kept();
  if (here) parts = document;
  else if (stored) parts = new DOMParser().parseFromString(await stored.text(), "text/html");
  const isFresh = Date.now() - Number(sessionStorage.getItem(AT) ?? 0) < FRESH_MS;
  if (parts && isFresh) return;
  if (parts) await new Promise((done) => setTimeout(done, LATER_MS)); // behind what the cashier waits for
  parts = (await renew().catch(() => null)) ?? parts;
}

export function words(name: string): string {
  return parts?.getElementById("t-words")?.dataset[name] ?? "";
}

export function part(name: string): DocumentFragment | null {
  const found = parts?.getElementById(`t-${name}`);
  return found instanceof HTMLTemplateElement ? document.importNode(found.content, true) : null;
}
