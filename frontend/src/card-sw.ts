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

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("card-files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

// A card that is not on this phone any more leaves nothing behind.
async function asked(request: Request, card: string): Promise<Response> {
  const answer = await fetch(request);
  const pages = await caches.open(PAGES);
  if (answer.status === 403 || answer.status === 404) {
    await Promise.all([pages.delete(request, { ignoreVary: true }), forgetKey(card)]);
  } else if (answer.ok && !answer.redirected) {
    await pages.put(request, answer.clone());
  }
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
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const card = CARD.exec(pathname)?.[1];
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && card) event.respondWith(page(event, card));
});
