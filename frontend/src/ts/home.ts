// Back to the code without a new page: the reader stays loaded, and no phone asks for the camera again.
import htmx from "htmx.org";

const HOME = "/till/";
const SWAP = {
  "hx-get": HOME,
  "hx-target": "#screen",
  "hx-select": "#screen",
  "hx-swap": "outerHTML",
  "hx-push-url": "true",
  "hx-sync": "this:drop",
};
const SCRIPT = new URL(import.meta.url).pathname;

interface Swap {
  ctx?: { sourceElement?: Element; text?: string };
}

function isWayHome(element: Element | null | undefined): element is HTMLAnchorElement {
  return element instanceof HTMLAnchorElement && element.getAttribute("hx-get") === HOME;
}

/** Called for every screen. The links work without this, as all links do. */
export function pave(): void {
  for (const link of document.querySelectorAll(`#screen a[href="${HOME}"]:not([hx-get])`)) {
    for (const [name, value] of Object.entries(SWAP)) link.setAttribute(name, value);
    htmx.process(link);
  }
}

export function watchWayHome(): void {
  // What comes back was made for another script, after a new release, or is no screen of the till.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = (event as CustomEvent<Swap>).detail;
    if (!isWayHome(ctx?.sourceElement) || ctx.text?.includes(SCRIPT)) return;
    event.preventDefault();
    window.location.assign(HOME);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (isWayHome((event as CustomEvent<Swap>).detail.ctx?.sourceElement)) window.scrollTo({ top: 0 });
  });
  // Without a network there may still be something that answers for the page.
  document.addEventListener("htmx:error", (event) => {
    if (isWayHome(event.target as Element | null)) window.location.assign(HOME);
  });
}
