// Sends what is kept, in order, by one tab at a time; the service worker does the same in background.
import { pulse, send, type Context, type Outcome } from "./send";
import { change, find, remove, waiting, type Visit } from "./store";

export interface Told {
  visit: Visit;
  outcome: Outcome;
}
type Tell = (told: Told) => void;

// All tabs of this till, and its service worker.
export const tabs = "BroadcastChannel" in self ? new BroadcastChannel("till-queue") : null;

const FAULTS_MAX = 3;
let turn: Promise<unknown> = Promise.resolve();

// Whoever touches the queue's order or takes something out of it has the lock.
export function alone<T>(act: () => Promise<T>): Promise<T> {
  if ("locks" in navigator) return navigator.locks.request("till-queue", act) as Promise<T>;
  const mine = turn.then(act);
  turn = mine.catch(() => undefined);
  return mine;
}

// How long to wait before the next try; 0 when nothing is left that could be sent.
export function flush(context: () => Promise<Context | null>, tell: Tell): Promise<number> {
  return alone(async () => {
    const visits = await waiting().catch(() => []); // where nothing can be kept, nothing waits
    if (visits.length === 0) return 0;
    const known = await context().catch(() => null);
    return known ? sendAll(visits, known, tell) : FIRST_WAIT_MS;
  });
}

export const FIRST_WAIT_MS = 15_000;

async function sendAll(visits: Visit[], known: Context, tell: Tell): Promise<number> {
  let context = known;
  let faults = 0;
  for (const visit of visits.filter((each) => each.shop === context.shop)) {
    let outcome = await attempt(visit, context);
    if (outcome.kind === "door") {
      const again = await pulse().catch(() => null);
      if (again === null || again.shop !== context.shop) return FIRST_WAIT_MS; // sent after the next sign-in
      context = again;
      outcome = await attempt(visit, context);
    }
    await settle(visit, outcome);
    tell({ visit, outcome });
    tabs?.postMessage({ visit, outcome });
    if (outcome.kind === "done" || outcome.kind === "refused") continue;
    // A fault that one visit meets does not hold up the others; a server that is away does.
    faults += 1;
    const isItsOwn = outcome.kind === "later" && outcome.status === 500;
    if (!isItsOwn || faults >= FAULTS_MAX) return outcome.kind === "later" ? Math.max(outcome.waitMs, 1) : FIRST_WAIT_MS;
  }
  return faults ? 1 : 0;
}

async function attempt(visit: Visit, context: Context): Promise<Outcome> {
  if (visit.tries === 0) {
    visit.tries = 1; // from now on the server may know it: it can no longer be taken back here
    await change(visit);
  }
  return send(visit, context);
}

async function settle(visit: Visit, outcome: Outcome): Promise<void> {
  if (outcome.kind === "done") await remove(visit);
  if (outcome.kind === "refused") {
    const { heading, said } = outcome;
    await change({ ...visit, state: "refused", heading, said });
  }
}

// A visit that nobody has tried to send yet is taken out of the queue; false where it is too late.
export function takeBack(key: string): Promise<boolean> {
  return alone(async () => {
    const visit = await find(key);
    if (!visit || visit.state !== "waiting" || visit.tries > 0) return false;
    await remove(visit);
    return true;
  });
}
