// The queue on this phone: a visit is written here, for good, before it is sent anywhere.
export interface Visit {
  n?: number; // the order in which they were kept
  key: string;
  shop: string;
  by: string; // who served, sealed by the server
  scan: string;
  amount_minor?: number;
  pieces?: number;
  category?: string;
  product?: string;
  reward?: string; // handed over on trust, instead of a sale
  happened_at: string;
  typed: string; // the amount or the pieces as the cashier saw them
  tries: number;
  state: "waiting" | "refused";
  heading?: string;
  said?: string;
}

export interface Counts {
  waiting: number;
  refused: number;
}

const NAME = "till";
const STORE = "visits";
let opened: Promise<IDBDatabase> | null = null;

function settled<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    const store = asked.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
    store.createIndex("key", "key", { unique: true });
  };
  return settled(asked);
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  opened ??= open().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  const database = await opened;
  return new Promise((resolve, reject) => {
    const deal = database.transaction(STORE, mode, { durability: "strict" });
    const asked = act(deal.objectStore(STORE));
    deal.oncomplete = () => resolve(asked.result);
    deal.onabort = () => reject(deal.error ?? asked.error);
  });
}

// Rejects where there is no room: then the visit has not been kept.
export async function keep(visit: Visit): Promise<void> {
  if (await find(visit.key)) return; // the same tap again
  await run("readwrite", (store) => store.add(visit));
}

export async function find(key: string): Promise<Visit | undefined> {
  return run<Visit | undefined>("readonly", (store) => store.index("key").get(key));
}

export async function change(visit: Visit): Promise<void> {
  await run("readwrite", (store) => store.put(visit));
}

export async function remove(visit: Visit): Promise<void> {
  await run("readwrite", (store) => store.delete(visit.n ?? 0));
}

async function all(state: Visit["state"]): Promise<Visit[]> {
  const found = await run<Visit[]>("readonly", (store) => store.getAll());
  return found.filter((visit) => visit.state === state);
}

export const waiting = (): Promise<Visit[]> => all("waiting");
export const refused = (): Promise<Visit[]> => all("refused");

export async function counts(): Promise<Counts> {
  const found = await run<Visit[]>("readonly", (store) => store.getAll());
  const open = found.filter((visit) => visit.state === "waiting").length;
  return { waiting: open, refused: found.length - open };
}
