// A till that nobody touches locks by itself; the server has the last word and the same clock.
const LOOK_MS = 5_000;
const TELL_MS = 4 * 60_000; // often enough for a server that waits ten minutes
let touchedAt = Date.now();
let toldAt = Date.now();

// Without a connection no PIN could be checked: the till stays open until there is one.
function lockWhenIdle(idleMs: number): void {
  const form = document.getElementById("lock");
  if (Date.now() - touchedAt < idleMs || !navigator.onLine) return;
  if (form instanceof HTMLFormElement) form.requestSubmit();
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
  document.addEventListener("htmx:after:swap", () => {
    touchedAt = toldAt = Date.now();
  });
  window.setInterval(() => lockWhenIdle(idleMs), LOOK_MS);
  for (const sign of ["visibilitychange", "online"]) {
    (sign === "online" ? window : document).addEventListener(sign, () => lockWhenIdle(idleMs));
  }
}
