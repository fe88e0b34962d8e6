// The card shows what is true now: looked at again after a while, it asks once more.
const STALE_MS = 15_000;
let hiddenAt = 0;

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hiddenAt = Date.now();
  } else if (hiddenAt && Date.now() - hiddenAt > STALE_MS && navigator.onLine) {
    window.location.reload();
  }
});
