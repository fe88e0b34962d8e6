// One visit to the server. Only an answer of the till itself counts: a hotel's sign-in page does not.
import type { Visit } from "./store";

export interface Context {
  shop: string;
  csrf: string;
}

export type Outcome =
  | { kind: "done"; receipt: string; clockOff: boolean }
  | { kind: "refused"; code: string; heading: string; said: string }
  | { kind: "door" } // nobody is signed in, or the form's secret is old: the visit is not to blame
  | { kind: "later"; status: number; waitMs: number };

type Answer = Partial<Record<"code" | "heading" | "said" | "receipt" | "shop" | "csrf", string>> & {
  clock_off_minutes?: number;
};

const LONGEST_MS = 10_000;

export async function ask(path: string, more: RequestInit = {}): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_MS);
  try {
    const headers = { ...more.headers, "X-By-Itself": "1" }; // keeps nobody's till awake
    return await fetch(path, { credentials: "same-origin", signal: patience.signal, ...more, headers });
  } finally {
    clearTimeout(timer);
  }
}

async function read(response: Response): Promise<Answer> {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return {};
  return response.json().catch(() => ({})) as Promise<Answer>;
}

// Who the server takes us for, and what it wants to see on a form; null where it knows nobody.
export async function pulse(): Promise<Context | null> {
  const response = await ask("/till/pulse", { headers: { Accept: "application/json" }, redirect: "manual" });
  const { shop, csrf } = await read(response);
  return response.ok && shop && csrf ? { shop, csrf } : null;
}

function body(visit: Visit): string {
  const { key, scan, amount_minor, pieces, category, product, reward, by, happened_at } = visit;
  const said = { key, scan, amount_minor, pieces, category, product, reward, by, happened_at };
  return JSON.stringify({ ...said, sent_at: new Date().toISOString() });
}

function judge(response: Response, answer: Answer): Outcome {
  const { status } = response;
  if (response.ok && answer.receipt) {
    return { kind: "done", receipt: answer.receipt, clockOff: !!answer.clock_off_minutes };
  }
  if (status === 401 || status === 403 || answer.code === "stale_form") return { kind: "door" };
  if (status >= 400 && status < 500 && answer.heading && answer.said) {
    return { kind: "refused", code: answer.code ?? "", heading: answer.heading, said: answer.said };
  }
  return { kind: "later", status, waitMs: Number(response.headers.get("Retry-After") ?? 0) * 1000 };
}

function post(path: string, text: string, context: Context): Promise<Response> {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": context.csrf,
  };
  return ask(path, { method: "POST", headers, body: text, redirect: "manual" });
}

export async function send(visit: Visit, context: Context): Promise<Outcome> {
  try {
    const response = await post("/till/queue", body(visit), context);
    return judge(response, await read(response));
  } catch {
    return { kind: "later", status: 0, waitMs: 0 };
  }
}

// A visit that is given up goes into the staff log first; false where that could not be.
export async function sendDiscarded({ key, amount_minor, pieces, reward }: Visit): Promise<boolean> {
  try {
    const context = await pulse();
    if (!context) return false;
    return (await post("/till/queue/discarded", JSON.stringify({ key, amount_minor, pieces, reward }), context)).ok;
  } catch {
    return false;
  }
}
