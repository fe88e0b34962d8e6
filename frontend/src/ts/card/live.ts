// The code that changes: drawn on this phone every 30 seconds, with network or without.
import encodeQR from "qr";
import { keep, keptFor, type Kept } from "./keys";
import { codeAt, imported, STEP_MS } from "./totp";

const QUIET_ZONE = 4;
let timer = 0;

interface Answer {
  key: string;
  phone: string;
  now: number;
}

// One bar for each run of dark squares, as the server draws it.
function path(rows: boolean[][]): string {
  let bars = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      bars += `M${from} ${y}h${x + 1 - from}v1h-${x + 1 - from}z`;
    }
  });
  return bars;
}

function draw(place: HTMLElement, text: string): void {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  place.querySelector("path")?.setAttribute("d", path(rows));
}

// Asked each time there is network: the clock may have been put right, the card given to another phone.
async function asked(card: string): Promise<Kept | null> {
  const sent = Date.now();
  const answer = await fetch(`/c/${card}/key`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return null;
  const { key, phone, now } = (await answer.json()) as Answer;
  const fresh = { card, phone, key: await imported(key), skew: now - (sent + Date.now()) / 2 };
  await keep(fresh);
  return fresh;
}

async function step(place: HTMLElement, text: string, kept: Kept): Promise<void> {
  const now = Date.now() + kept.skew;
  draw(place, `${text}.${await codeAt(kept.key, now)}`);
  place.dataset["step"] = String(Math.floor(now / STEP_MS));
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void step(place, text, kept), STEP_MS - (now % STEP_MS) + 20);
}

/** Without a key the printed code is shown: better a code that earns than one that is over. */
export async function showLive(place: HTMLElement): Promise<void> {
  const { card = "", text = "" } = place.dataset;
  const old = await keptFor(card).catch(() => undefined);
  if (old) await step(place, text, old);
  const kept = (await asked(card).catch(() => null)) ?? old;
  if (kept) await step(place, text, kept);
  else draw(place, text);
}
