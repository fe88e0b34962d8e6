// The key of this phone for a card, in a form that no script gets out again; and how far the clock is off.
export interface Kept {
  card: string;
  phone: string;
  key: CryptoKey;
  skew: number; // milliseconds to add to this phone's clock
}

const NAME = "cards";
const STORE = "keys";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the phone's storage does not answer"));
  });
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "card" });
  return (await settled(opening)).transaction(STORE, mode).objectStore(STORE);
}

export async function keptFor(card: string): Promise<Kept | undefined> {
  return settled((await store("readonly")).get(card) as IDBRequest<Kept | undefined>);
}

export async function keep(kept: Kept): Promise<void> {
  await settled((await store("readwrite")).put(kept));
}

export async function forgetKey(card: string): Promise<void> {
  await settled((await store("readwrite")).delete(card));
}
