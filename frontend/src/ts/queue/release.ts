// The service worker, and a new release: the old page goes on working, and asks once nobody is busy.
import { turnPage } from "./badge";
import { words } from "./parts";

const QUIET_MS = 10_000;
const LOOK_MS = 5_000;
const HOUR_MS = 3_600_000;
let lastTouch = Date.now();
let watching = 0;
let isAsked = false;

function isIdle(): boolean {
  const code = document.querySelector<HTMLInputElement>("form[data-code] [name=code]");
  return code?.value === "" && Date.now() - lastTouch > QUIET_MS;
}

function offer(reload: () => void): void {
  const bar = document.createElement("div");
  const button = document.createElement("button");
  bar.className = "toast";
  bar.setAttribute("role", "status");
  bar.append(Object.assign(document.createElement("p"), { className: "grow", textContent: words("release") }), button);
  Object.assign(button, { type: "button", className: "btn", textContent: words("reload") });
  button.addEventListener("click", reload);
  document.body.append(bar);
}

function whenIdle(reload: () => void): void {
  if (watching) return;
  watching = window.setInterval(() => {
    if (!isIdle() || !words("release")) return;
    window.clearInterval(watching);
    offer(reload);
  }, LOOK_MS);
}

// Another tab may have taken the new release: then this one reloads too, when nobody is busy.
function watchTakeOver(): void {
  const { serviceWorker } = navigator;
  let isFirst = serviceWorker.controller === null;
  serviceWorker.addEventListener("controllerchange", () => {
    const reload = (): void => {
      turnPage();
      window.location.reload();
    };
    if (isAsked) reload();
    else if (!isFirst) whenIdle(reload);
    isFirst = false;
  });
}

async function watch(): Promise<void> {
  const registration = await navigator.serviceWorker.register("/till/sw.js", { scope: "/till/" });
  const look = (): void => {
    if (registration.waiting && navigator.serviceWorker.controller) whenIdle(() => take(registration));
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
  window.setInterval(() => void registration.update().catch(() => undefined), HOUR_MS); // no network: next time
}

function take(registration: ServiceWorkerRegistration): void {
  isAsked = true;
  registration.waiting?.postMessage("take over");
}

export function watchRelease(): void {
  if (!("serviceWorker" in navigator)) return;
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => (lastTouch = Date.now()));
  watchTakeOver();
  watch().catch((error: unknown) => console.info("no service worker:", error)); // the till works without one
}
