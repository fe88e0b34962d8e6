// How many visits wait on this phone: in the bar, in the title, and before the till is closed.
import { isOffline } from "./mode";
import { counts } from "./store";

const COUNTED = /^\(\d+\) /;
const NOTHING = { waiting: 0, refused: 0 };
let waits = 0;
let isLeaving = false;

function said(button: HTMLElement, name: string, count: number): string {
  if (count === 0) return "";
  return (button.dataset[count === 1 ? `${name}One` : `${name}Many`] ?? "").replace("{n}", String(count));
}

export async function paint(): Promise<void> {
  const { waiting, refused } = await counts().catch(() => NOTHING); // this browser keeps nothing
  waits = waiting;
  const sign = document.querySelector<HTMLElement>("[data-no-net-sign]");
  if (sign) sign.hidden = !isOffline();
  const title = document.title.replace(COUNTED, "");
  document.title = waiting ? `(${waiting}) ${title}` : title;
  const button = document.querySelector<HTMLElement>("[data-pending]");
  if (!button) return;
  const text = [said(button, "send", waiting), said(button, "look", refused)].filter(Boolean).join(" · ");
  if (button.textContent !== text) button.textContent = text;
  button.hidden = text === "";
  button.classList.toggle("pending-bad", refused > 0);
}

// From page to page of the till nothing is left behind; only closing it is worth a word.
export function turnPage(): void {
  isLeaving = true;
  window.setTimeout(() => (isLeaving = false), 2000);
}

function stays(event: Event): void {
  if (event.target instanceof Element && event.target.closest("a[href], form")) turnPage();
}

export function watchBadge(): void {
  document.addEventListener("click", stays, { capture: true });
  document.addEventListener("submit", stays, { capture: true });
  window.addEventListener("beforeunload", (event) => {
    if (waits > 0 && !isLeaving) event.preventDefault();
  });
  for (const news of ["htmx:after:swap", "till:screen"]) document.addEventListener(news, () => void paint());
}
