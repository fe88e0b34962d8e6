// Toasts: announced, gone after some seconds, and never from under somebody's pointer or focus.
const AGAIN_MS = 2_000;

function isHeld(toast: HTMLElement): boolean {
  return toast.matches(":hover") || toast.contains(document.activeElement);
}

function leave(toast: HTMLElement): void {
  if (!toast.isConnected) return;
  if (isHeld(toast)) window.setTimeout(() => leave(toast), AGAIN_MS);
  else toast.remove();
}

// What stands in a live region when the page opens is not read out: it is put in once more.
function announce(region: HTMLElement, toast: HTMLElement): void {
  toast.remove();
  window.setTimeout(() => {
    region.append(toast);
    window.setTimeout(() => leave(toast), Number(toast.dataset["toast"]) * 1000);
  }, 150);
}

export function showToasts(): void {
  const region = document.getElementById("toasts");
  for (const toast of region?.querySelectorAll<HTMLElement>("[data-toast]:not([data-told])") ?? []) {
    toast.dataset["told"] = "";
    for (const button of toast.querySelectorAll<HTMLElement>(".js-only")) button.hidden = false;
    if (region) announce(region, toast);
  }
}

export function watchToasts(): void {
  document.addEventListener("click", (event) => {
    const close = event.target instanceof Element ? event.target.closest("[data-toast-close]") : null;
    close?.closest("[data-toast]")?.remove();
  });
}
