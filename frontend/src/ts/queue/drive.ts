// When to send: at once, on waking up, when the network is back, and again and again while something waits.
import { paint } from "./badge";
import { FIRST_WAIT_MS, flush, tabs, type Told } from "./flush";
import { isAlive, revive, token } from "./live";
import { isOffline, note, SLOW_MS, timed } from "./mode";
import { screen } from "./screens";
import { pulse, type Context } from "./send";

const LONGEST_WAIT_MS = 120_000;
const PROBE_MS = 5_000;
const SOON_MS = 1_000;
let timer = 0;
let prober = 0;
let failed = 0;
let begun = 0;

async function context(): Promise<Context | null> {
  const shop = screen().dataset["shop"] ?? "";
  const csrf = isAlive() ? token() : "";
  const known = csrf ? { shop, csrf } : await timed(pulse());
  begun = performance.now();
  return known;
}

function pass(detail: Told): void {
  document.dispatchEvent(new CustomEvent("till:told", { detail }));
}

function heard(told: Told): void {
  const { outcome } = told;
  const isGood = outcome.kind !== "later" && performance.now() - begun <= SLOW_MS;
  begun = performance.now();
  note(isGood);
  failed = outcome.kind === "later" ? failed + 1 : 0;
  pass(told);
}

// Twice as long after each failure, and never all tills in the same second.
function pause(least: number): number {
  const grown = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failed - 1), LONGEST_WAIT_MS);
  return Math.max(least, grown * (0.8 + 0.4 * Math.random()));
}

export async function sendNow(): Promise<void> {
  window.clearTimeout(timer);
  const least = await flush(context, heard);
  await changed();
  window.clearTimeout(timer);
  if (least) timer = window.setTimeout(() => void sendNow(), pause(least));
}

// The queue has changed: this tab and the others say so.
export async function changed(): Promise<void> {
  tabs?.postMessage(null);
  await paint();
}

// Without network, a small question every few seconds tells when it is back.
async function probe(): Promise<void> {
  window.clearTimeout(prober);
  if (!isOffline()) return;
  const isThere = await timed(pulse()).then(() => true, () => false);
  if (isThere) {
    void revive();
    await sendNow();
  }
  if (isOffline()) prober = window.setTimeout(() => void probe(), isThere ? SOON_MS : PROBE_MS);
}

function wake(): void {
  failed = 0;
  void revive();
  void sendNow();
  void probe();
}

export function drive(): void {
  tabs?.addEventListener("message", ({ data }: MessageEvent<Told | null>) => {
    if (data) pass(data); // sent by another tab, or by the worker: somebody may be waiting for it here
    void paint();
  });
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  document.addEventListener("till:mode", () => {
    void paint();
    void probe();
  });
  wake();
}
