// Keeps a swapped screen honest: where the focus goes, what the address says, what was lost.
interface Context {
  target?: Element | string;
  response?: { status: number; raw: Response };
  request?: { action: string };
}
type HtmxEvent = CustomEvent<{ ctx?: Context; response?: { status: number } }>;

function focusNews(): void {
  const news = document.querySelector<HTMLElement>("[data-focus]");
  if (document.querySelector("#screen [autofocus]")) return;
  news?.focus({ preventScroll: true });
  if (news) window.scrollTo({ top: 0 });
}

let wasInside = false; // whether the focus was in the part that is being swapped

function partOf(event: Event): Element | null {
  const target = (event as Partial<HtmxEvent>).detail?.ctx?.target;
  return target instanceof Element && target.id !== "" && target.id !== "screen" ? target : null;
}

// A part that was swapped alone takes the focus to itself; the rest of the screen stays where it is.
// What comes by itself (a progress that is asked for again and again) takes it from nobody.
function focusPart(event: Event): boolean {
  const target = partOf(event);
  if (!target) return false;
  const part = document.getElementById(target.id);
  const news = part?.querySelector<HTMLElement>("[data-focus], [aria-invalid]");
  (news ?? (wasInside ? part?.querySelector("summary") : null))?.focus();
  return true;
}

export function say(text: string): void {
  document.querySelector("[data-toast-live]")?.remove();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset["toastLive"] = "";
  toast.setAttribute("role", "alert");
  toast.textContent = text;
  document.body.append(toast);
  window.setTimeout(() => toast.remove(), 8000);
}

export function unveil(): void {
  for (const part of document.querySelectorAll<HTMLElement>(".js-only[hidden]")) {
    if (part.dataset["paste"] !== undefined && !navigator.clipboard?.readText) continue;
    part.hidden = false;
  }
}

export function watchScreen(onSwap: () => void): void {
  unveil();
  focusNews();
  const settle = (event: Event): void => {
    unveil();
    if (!focusPart(event)) focusNews();
    onSwap();
  };
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("till:screen", settle); // made on the phone, from parts that it keeps
  // A refusal is shown but is no place to come back to.
  document.addEventListener("htmx:before:history:update", (event) => {
    if (((event as HtmxEvent).detail.response?.status ?? 200) >= 400) event.preventDefault();
  });
  document.addEventListener("htmx:error", () => {
    const words = document.body.dataset["noNet"];
    if (words) say(words);
  });
  // An answer that is another kind of page (the door, a fault) is opened as a page.
  document.addEventListener("htmx:before:swap", (event) => {
    wasInside = partOf(event)?.contains(document.activeElement) ?? false;
    const raw = (event as HtmxEvent).detail.ctx?.response?.raw;
    if (raw?.redirected && new URL(raw.url).pathname.startsWith("/sign-in")) {
      event.preventDefault();
      window.location.assign(raw.url);
    }
  });
}
