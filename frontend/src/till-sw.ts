// The till's service worker: opens the kept page at once, keeps this release's files, sends what waits.
import { flush } from "./ts/queue/flush";
import { pulse } from "./ts/queue/send";

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly HOUSE: { build: string; files: string[]; home: string; shell: string };
  readonly clients: { claim(): Promise<void> };
  readonly registration: { active: unknown };
  skipWaiting(): Promise<void>;
  addEventListener(name: string, listener: (event: never) => void): void;
}

const worker = self as unknown as Worker;
const { build, files, home, shell } = worker.HOUSE;
const NAME = `till-${build}`;

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(files);
  if (!worker.registration.active) return; // the very first: the page itself keeps its shell
  const page = await fetch(shell, { credentials: "same-origin" }).catch(() => null);
  if (page?.ok && !page.redirected) await cache.put(shell, page); // else nobody is signed in yet
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("till-") && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

const kept = (request: Request | string): Promise<Response | undefined> => caches.match(request, { ignoreVary: true });

// Built files are named by their content: what is kept under a name is right for ever.
async function file(request: Request): Promise<Response> {
  const found = await kept(request);
  if (found) return found;
  const fresh = await fetch(request);
  if (fresh.ok && request.url.includes("/static/dist/")) await (await caches.open(NAME)).put(request, fresh.clone());
  return fresh;
}

async function first(request: Request): Promise<Response> {
  return (await kept(shell)) ?? fetch(request);
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept(shell);
    if (found) return found;
    throw error;
  }
}

worker.addEventListener("install", (event: Waiting) => event.waitUntil(install()));
worker.addEventListener("activate", (event: Waiting) => event.waitUntil(activate()));
worker.addEventListener("message", () => void worker.skipWaiting());
worker.addEventListener("fetch", (event: Fetching) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode !== "navigate") return;
  else event.respondWith(pathname === home ? first(request) : page(request));
});
worker.addEventListener("sync", (event: Waiting) => event.waitUntil(sync()));

// A browser that knows background sync asks again by itself as long as this fails.
async function sync(): Promise<void> {
  if (await flush(pulse, () => undefined)) throw new Error("visits are still waiting");
}
