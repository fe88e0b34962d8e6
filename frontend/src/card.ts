// The card shows what is true now, changes its code by itself, and opens without network.
import { showLive } from "./ts/card/live";

const STALE_MS = 15_000;
let hiddenAt = 0;
const place = document.querySelector<HTMLElement>("[data-live]");

function show(): void {
  if (place && "subtle" in (window.crypto ?? {})) void showLive(place);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hiddenAt = Date.now();
  } else if (hiddenAt && Date.now() - hiddenAt > STALE_MS && navigator.onLine) {
    window.location.reload();
  } else {
    show();
  }
});

// A page that the phone has kept says of when it is.
function tellAge(): void {
  const note = document.querySelector<HTMLElement>("[data-kept]");
  const at = Number(place?.dataset["now"]);
  if (note && at && Date.now() - at > STALE_MS) note.hidden = false;
}

// The shop's colours and logo are named by what they are: once kept, they are good for ever.
async function keepLook(): Promise<void> {
  const looks = await caches.open("card-looks");
  for (const part of document.querySelectorAll<HTMLLinkElement & HTMLImageElement>("[data-keep]")) {
    const url = part.href || part.src;
    if (!(await looks.match(url))) await looks.add(url);
  }
}

show();
tellAge();
if ("caches" in window) void keepLook().catch(() => undefined);
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/c/sw.js", { scope: "/c/" }).catch(() => undefined);
