// Takes the till's two forms before they are sent: a code without network, and every visit.
import { say } from "../screen";
import { holdsCode, minorUnits, newKey } from "./codes";
import { changed, sendNow } from "./drive";
import { takeBack, type Told } from "./flush";
import { by, isAlive, revive } from "./live";
import { isOffline, note, SLOW_MS } from "./mode";
import { part, words } from "./parts";
import { fill, screen, show } from "./screens";
import { keep, remove, type Visit } from "./store";
import { prepareTrust, refusal } from "./trust";

interface HtmxContext {
  sourceElement: Element;
  request: { timeout?: string };
  response?: { status: number; raw: Response };
}
type HtmxEvent = CustomEvent<{ ctx: HtmxContext }>;

let lookedUpAt = 0;
let asked: { key: string; form: HTMLFormElement } | null = null; // the form whose answer is awaited

function stop(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isLookUp(element: unknown): element is HTMLFormElement {
  return element instanceof HTMLFormElement && element.matches("[data-code]") && element.action.endsWith("/till/look-up");
}

function codeIn(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>("[name=code]");
}

// --- a code --------------------------------------------------------------------------------------

function openStranger(form: HTMLFormElement): void {
  const field = codeIn(form);
  const text = field?.value.trim() ?? "";
  if (!holdsCode(text)) {
    say(words("noCode"));
    field?.select();
    document.dispatchEvent(new Event("till:resume")); // the camera looks on
    return;
  }
  show("stranger", (copy) => {
    const key = newKey();
    for (const input of copy.querySelectorAll<HTMLInputElement>("[name=scan]")) input.value = text;
    for (const input of copy.querySelectorAll<HTMLInputElement>("[name=key]")) input.value = key;
    prepareTrust(copy, text);
  });
}

// The kept page becomes a living one any moment; if not, it goes on without.
async function waitForLife(form: HTMLFormElement): Promise<void> {
  await Promise.race([revive(), new Promise((done) => window.setTimeout(done, SLOW_MS))]);
  if (isAlive() && !isOffline()) form.requestSubmit();
  else openStranger(form);
}

function takeCode(event: Event, form: HTMLFormElement): void {
  if (isAlive() && !isOffline()) return; // the server answers; what if not: below
  stop(event);
  if (isOffline()) openStranger(form);
  else void waitForLife(form);
}

function watchLookUp(): void {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = (event as HtmxEvent).detail;
    if (!isLookUp(ctx.sourceElement) || !part("stranger")) return;
    lookedUpAt = performance.now();
    ctx.request.timeout = `${SLOW_MS}ms`;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as HtmxEvent).detail;
    if (isLookUp(ctx.sourceElement)) note(performance.now() - lookedUpAt <= SLOW_MS && (ctx.response?.status ?? 0) < 500);
  });
  document.addEventListener(
    "htmx:error",
    (event) => {
      const source = (event as Partial<HtmxEvent>).detail?.ctx?.sourceElement;
      note(false);
      if (!isLookUp(source) || !part("stranger")) return;
      event.stopPropagation(); // no word on the lost connection: the till goes on without
      openStranger(source);
    },
    { capture: true },
  );
}

// --- a visit -------------------------------------------------------------------------------------

function value(form: HTMLFormElement, name: string): string {
  return String(new FormData(form).get(name) ?? "").trim();
}

function amountOf(form: HTMLFormElement): number | null | undefined {
  const field = form.querySelector<HTMLInputElement>("[name=amount]");
  if (!field) return undefined; // these rules do not ask
  return minorUnits(field.value, Number(field.dataset["digits"] ?? "2"), field.dataset["mark"] ?? ",");
}

// What keeps the visit from being recorded, in a sentence; nothing where all is well.
function faultOf(form: HTMLFormElement, amount: number | null | undefined): string {
  const said = form.dataset["missing"] ? form.dataset : (part("stranger")?.querySelector<HTMLElement>("form")?.dataset ?? {});
  if (amount === null) return (value(form, "amount") ? said["wrong"] : said["missing"]) ?? "";
  const most = Number(form.dataset["most"] ?? Infinity);
  return (amount ?? 0) > most ? (said["tooMuch"] ?? "") : "";
}

function showFault(form: HTMLFormElement, sentence: string): void {
  const field = form.querySelector<HTMLInputElement>("[name=amount]");
  const box = field?.closest(".field");
  box?.querySelector(".field-error")?.remove();
  const line = document.createElement("p");
  line.className = "field-error";
  line.id = `${field?.id}-error`;
  line.textContent = sentence;
  box?.classList.add("has-error");
  box?.querySelector("label")?.after(line);
  field?.setAttribute("aria-describedby", line.id);
  field?.setAttribute("aria-invalid", "true");
  field?.focus();
}

function kept(form: HTMLFormElement): Visit {
  return {
    key: value(form, "key"),
    shop: screen().dataset["shop"] ?? "",
    by: by(),
    scan: value(form, "scan"),
    happened_at: new Date().toISOString(),
    typed: "",
    tries: isOffline() ? 0 : 1,
    state: "waiting",
  };
}

function visitOf(form: HTMLFormElement, amount: number | undefined): Visit {
  const pieces = form.querySelector("[name=quantity]") ? Number(value(form, "quantity")) : 0;
  const category = value(form, "category");
  const product = form.querySelector("[name=quantity]") && !pieces ? "" : value(form, "product");
  return {
    ...kept(form),
    ...(amount === undefined ? {} : { amount_minor: amount }),
    ...(pieces ? { pieces } : {}),
    ...(category ? { category } : {}),
    ...(product ? { product } : {}),
    typed: value(form, "amount") || (pieces ? `× ${pieces}` : ""),
  };
}

async function takeReward(form: HTMLFormElement): Promise<void> {
  if (form.classList.contains("is-busy")) return;
  const sentence = await refusal(value(form, "scan")).catch(() => words("full"));
  if (sentence) return say(sentence);
  const reward = { reward: value(form, "reward"), typed: form.dataset["label"] ?? "" };
  await keepVisit(form, { ...kept(form), ...reward }, false);
}

function takeVisit(event: Event, form: HTMLFormElement): void {
  if (form.dataset["direct"] !== undefined || !part("kept")) return; // as without any of this
  const amount = amountOf(form);
  const fault = faultOf(form, amount);
  const canAsk = form.hasAttribute("hx-post") && !isOffline();
  if (fault && canAsk) return; // the server says it at the field
  stop(event);
  if (fault) showFault(form, fault);
  else if (!form.classList.contains("is-busy")) void keepVisit(form, visitOf(form, amount ?? undefined), canAsk);
}

async function keepVisit(form: HTMLFormElement, visit: Visit, canAsk: boolean): Promise<void> {
  form.classList.add("is-busy");
  try {
    await keep(visit);
  } catch {
    form.classList.remove("is-busy");
    if (!canAsk) return say(words("full"));
    form.dataset["direct"] = "";
    return form.requestSubmit(); // no room on the phone: then the server alone, as it is there
  }
  navigator.vibrate?.(30);
  asked = canAsk ? { key: visit.key, form } : null;
  show(visit.reward ? "handed" : "kept");
  screen().dataset["waits"] = visit.key;
  void navigator.storage?.persist?.();
  if (visit.tries === 0) {
    notSentYet(visit.key, true);
    await changed();
  } else {
    window.setTimeout(() => notSentYet(visit.key, false), SLOW_MS);
    void sendNow();
  }
  await tellTheWorker();
}

async function tellTheWorker(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration("/till/");
  const sync = (worker as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register("till-queue").catch(() => undefined); // refused: the page's own timer does it
}

function notSentYet(key: string, canTakeBack: boolean): void {
  const frame = screen();
  if (frame.dataset["waits"] !== key) return;
  for (const name of ["not-sent", ...(canTakeBack ? ["take-back"] : [])]) {
    const part = frame.querySelector<HTMLElement>(`[data-${name}]`);
    if (part) part.hidden = false;
  }
}

async function undo(): Promise<void> {
  const key = screen().dataset["waits"] ?? "";
  if (await takeBack(key)) show("taken-back");
  await changed();
}

// --- what became of it ---------------------------------------------------------------------------

// Over a limit somebody's PIN may let it through: the page that asks for it is the server's.
function askAsPage(form: HTMLFormElement): void {
  form.hidden = true;
  document.body.append(form);
  form.submit();
}

type Open = (path: string) => void;

async function told({ visit, outcome }: Told, open: Open): Promise<void> {
  if (outcome.kind === "done" && outcome.clockOff) say(words("clockOff"));
  if (screen().dataset["waits"] !== visit.key) return;
  if (outcome.kind === "done") open(outcome.receipt);
  else if (outcome.kind === "refused" && visit.reward) await changed(); // it is gone: somebody looks at it
  else if (outcome.kind === "refused") {
    await remove(visit); // the cashier sees it here and now: nothing is left to look at
    if (outcome.code === "limit_reached" && asked?.key === visit.key) return askAsPage(asked.form);
    show("refused", (copy) => {
      fill(copy, "heading", outcome.heading);
      fill(copy, "said", outcome.said);
    });
    await changed();
  } else notSentYet(visit.key, false);
}

export function watchForms(open: Open): void {
  const take = (event: Event): void => {
    const form = event.target;
    if (isLookUp(form) && part("stranger")) takeCode(event, form);
    else if (form instanceof HTMLFormElement && form.matches("[data-visit]")) takeVisit(event, form);
    else if (form instanceof HTMLFormElement && form.matches("[data-hand-over]")) {
      stop(event);
      void takeReward(form);
    }
  };
  document.addEventListener("submit", take, { capture: true });
  watchLookUp();
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-take-back]")) void undo();
  });
  document.addEventListener("change", (event) => {
    const radio = event.target;
    if (!(radio instanceof HTMLInputElement) || radio.dataset["picks"] === undefined) return;
    for (const form of document.querySelectorAll<HTMLElement>("[data-program]")) form.hidden = form.dataset["program"] !== radio.value;
  });
  document.addEventListener("till:told", (event) => {
    void told((event as CustomEvent<Told>).detail, open);
  });
}
