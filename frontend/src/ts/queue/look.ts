// The queue to look at: what waits, and what was refused, with what to do about it.
import { say } from "../screen";
import { changed, sendNow } from "./drive";
import { part } from "./parts";
import { fill, show } from "./screens";
import { sendDiscarded } from "./send";
import { change, counts, refused, remove, type Visit } from "./store";

type Process = (root: Element) => void;

function waitingWords(copy: ParentNode, waiting: number): void {
  const place = copy.querySelector<HTMLElement>('[data-slot="waiting"]');
  const said = place?.dataset[waiting === 0 ? "none" : waiting === 1 ? "one" : "many"] ?? "";
  if (place) place.textContent = said.replace("{n}", String(waiting));
}

function moment(text: string): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(text));
}

function rowOf(visit: Visit): DocumentFragment | null {
  const row = part("look-row");
  if (!row) return null;
  fill(row, "heading", visit.heading ?? "");
  fill(row, "said", visit.said ?? "");
  fill(row, "when", [moment(visit.happened_at), visit.typed].filter(Boolean).join(" · "));
  const handed = row.querySelector<HTMLElement>("[data-handed]");
  if (handed) handed.hidden = !visit.reward;
  const code = row.querySelector<HTMLInputElement>("[name=code]");
  if (code) code.value = visit.scan;
  row.querySelector("[data-again]")?.addEventListener("click", () => void again(visit));
  row.querySelector<HTMLButtonElement>("[data-discard]")?.addEventListener("click", (event) => void discard(visit, event));
  return row;
}

async function open(process: Process): Promise<void> {
  const { waiting } = await counts();
  const visits = await refused();
  show("look", (copy) => {
    waitingWords(copy, waiting);
    const section = copy.querySelector<HTMLElement>("[data-refused]");
    if (section) section.hidden = visits.length === 0;
    for (const visit of visits) copy.querySelector('[data-slot="rows"]')?.append(rowOf(visit) ?? "");
  });
  const secret = document.querySelector<HTMLInputElement>(".till-top input[name=csrf_token]")?.value ?? "";
  for (const row of document.querySelectorAll<HTMLElement>(".look-row")) {
    for (const field of row.querySelectorAll<HTMLInputElement>("[name=csrf_token]")) field.value = secret;
    process(row);
  }
}

async function again(visit: Visit): Promise<void> {
  const { heading: _heading, said: _said, ...rest } = visit;
  await change({ ...rest, state: "waiting" });
  await sendNow();
  document.querySelector<HTMLElement>("[data-pending]")?.click();
}

// Two taps, for this one cannot be undone.
async function discard(visit: Visit, event: Event): Promise<void> {
  const button = event.currentTarget as HTMLButtonElement;
  const sure = button.dataset["sure"];
  if (sure) {
    delete button.dataset["sure"];
    button.textContent = sure;
    return;
  }
  if (!(await sendDiscarded(visit))) return say(document.body.dataset["noNet"] ?? "");
  await remove(visit);
  button.closest("li")?.remove();
  await changed();
}

export function watchLook(process: Process): void {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-pending]")) void open(process);
  });
}
