// The service worker of the cards on this phone: the latest page of each, and this release's files.
import { forgetKey } from "./ts/card/keys";

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Waiting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly HOUSE: { build: string; files: string[] };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: string, listener: (event: never) => void): void;
}

const worker = self as unknown as Worker;
const { build, files } = worker.HOUSE;
const FILES = `card-files-${build}`;
const PAGES = "card-pages";
const PATIENCE_MS = 2_000;
const CARD = /^\/c\/(crd_[0-9A-Z]{26})$/;
const LEAVING = /^(\/c\/(crd_[0-9A-Z]{26}))\/(?:put-away|me\/erase)$/;

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("card-files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function forget(page: string, card: string): Promise<void> {
  await Promise.all([(await caches.open(PAGES)).delete(page, { ignoreVary: true }), forgetKey(card)]);
}

// Whoever takes the card off, or leaves: only of this card, for the phone may be a till with visits that wait.
async function left(request: Request, page: string, card: string): Promise<Response> {
  const answer = await fetch(request);
  await forget(page, card);
  return answer;
}

// A card that is not on this phone any more leaves nothing behind.
async function asked(request: Request, card: string): Promise<Response> {
  const answer = await fetch(request);
  if (answer.status === 403 || answer.status === 404) await forget(request.url, card);
  else if (answer.ok && !answer.redirected) await (await caches.open(PAGES)).put(request, answer.clone());
  return answer;
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// The network first, but nobody waits for it long with a queue behind them.
async function page(event: Fetching, card: string): Promise<Response> {
  const answer = asked(event.request, card);
  event.waitUntil(answer.catch(() => undefined));
  const kept = await (await caches.open(PAGES)).match(event.request, { ignoreVary: true });
  if (!kept) return answer;
  return Promise.race([answer, later(PATIENCE_MS).then(() => kept)]).catch(() => kept);
}

worker.addEventListener("install", (event: Waiting) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(files)).then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (event: Waiting) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event: Fetching) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const leaving = LEAVING.exec(pathname);
  if (origin === self.location.origin && request.method === "POST" && leaving) {
    event.respondWith(left(request, leaving[1] ?? "", leaving[2] ?? ""));
  }
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const card = CARD.exec(pathname)?.[1];
  if (/^\/(static|pictures|c\/look)\//.test(pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && card) event.respondWith(page(event, card));
});
