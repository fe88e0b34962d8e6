// The kept page becomes the living one: who is signed in, today's visits, and forms that work.
import { turnPage } from "./badge";
import { timed } from "./mode";
import { forget } from "./parts";
import { screen, shown } from "./screens";
import { ask } from "./send";

const BY = "till.by";
let underWay: Promise<void> | null = null;

// Who serves, sealed by the server; without network, who served last on this phone.
export function by(): string {
  const { shop, by: here } = screen().dataset;
  if (here) localStorage.setItem(BY, JSON.stringify([shop, here]));
  const [keptShop, keptBy] = JSON.parse(localStorage.getItem(BY) ?? "[]") as string[];
  return here ?? (keptShop === shop && keptBy ? keptBy : "-");
}

export function token(): string {
  return screen().querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? "";
}

export function isAlive(): boolean {
  return screen().dataset["by"] !== undefined;
}

// At most one at a time; resolves whether or not there was an answer.
export function revive(): Promise<void> {
  if (isAlive()) return Promise.resolve();
  underWay ??= timed(ask("/till/", { headers: { Accept: "text/html" } }))
    .then(adopt)
    .catch(() => {
      const note = screen().querySelector<HTMLElement>("[data-while-waiting]");
      if (note) note.hidden = false; // no network: it says why the list is empty
    })
    .finally(() => (underWay = null));
  return underWay;
}

async function adopt(response: Response): Promise<void> {
  if (response.redirected) {
    turnPage();
    return window.location.assign(response.url); // the door
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("screen");
  const here = screen();
  if (!response.ok || !fresh?.dataset["by"]) return;
  if (fresh.dataset["shop"] !== here.dataset["shop"] || page.documentElement.lang !== document.documentElement.lang) {
    await forget();
    turnPage();
    return window.location.reload();
  }
  here.dataset["by"] = fresh.dataset["by"];
  const secret = fresh.querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? "";
  for (const field of here.querySelectorAll<HTMLInputElement>("input[name=csrf_token]")) field.value = secret;
  // The finder stays as it is: somebody may be typing there, and a camera may be open.
  if (here.querySelector("[data-while-waiting]")) for (const name of [".till-top", ".sheet"]) swap(here, fresh, name);
  shown();
}

function swap(here: HTMLElement, fresh: HTMLElement, name: string): void {
  const young = fresh.querySelector(name);
  young?.classList.toggle("sheet-still", name === ".sheet"); // it has moved in already
  if (young) here.querySelector(name)?.replaceWith(document.adoptNode(young));
}

// Out of this phone: nothing of a person stays, only the visits that are not sent yet.
export function signedOut(): void {
  localStorage.removeItem(BY);
}
