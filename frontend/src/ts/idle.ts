// A till that nobody touches locks by itself; the server has the last word and the same clock.
import { say } from "./screen";

const LOOK_MS = 5_000;
const TELL_MS = 4 * 60_000; // often enough for a server that waits ten minutes
let touchedAt = Date.now();
let toldAt = Date.now();
let isLocking = false;
let isAsked = false; // somebody tapped the lock, and the server was not reached

// Without the server no PIN could be checked: the till stays open until it is reached.
async function lock(form: HTMLFormElement): Promise<boolean> {
  if (isLocking) return true;
  isLocking = true;
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form) });
    window.location.assign("/till/people");
    return true;
  } catch {
    isLocking = false;
    return false;
  }
}

function lockWhenIdle(idleMs: number): void {
  const form = document.getElementById("lock");
  const isIdle = isAsked || Date.now() - touchedAt >= idleMs;
  if (!isIdle || !navigator.onLine) return;
  if (form instanceof HTMLFormElement) void lock(form);
}

async function lockAtOnce(form: HTMLFormElement): Promise<void> {
  if (await lock(form)) return;
  isAsked = true;
  say(document.body.dataset["noLock"] ?? "");
}

// Whoever works on one screen for long asks the server nothing: it is told that they are there.
async function touch(): Promise<void> {
  touchedAt = Date.now();
  if (touchedAt - toldAt < TELL_MS || !navigator.onLine) return;
  toldAt = touchedAt;
  try {
    await fetch("/till/here");
  } catch {
    toldAt = 0; // not reached: said again with the next touch
  }
}

export function watchIdle(): void {
  const idleMs = Number(document.body.dataset["idle"] ?? "0") * 1000;
  if (!idleMs) return;
  for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, () => void touch());
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.id !== "lock") return;
    event.preventDefault();
    void lockAtOnce(event.target);
  });
  document.addEventListener("htmx:after:swap", () => {
    touchedAt = toldAt = Date.now();
  });
  window.setInterval(() => lockWhenIdle(idleMs), LOOK_MS);
  document.addEventListener("visibilitychange", () => lockWhenIdle(idleMs));
  window.addEventListener("online", () => lockWhenIdle(idleMs));
}
