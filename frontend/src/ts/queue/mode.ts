// With or without network, judged by the last five answers: a till that waits for each is no till.
const KEPT = 5;
const BAD = 2;
export const SLOW_MS = 3000;
const NAME = "till.mode";

interface Mode {
  offline: boolean;
  bad: boolean[]; // the latest results, the last one last
}

// Kept over page loads; where nothing can be kept, each page begins with network.
function read(): Mode {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "") as Mode;
  } catch {
    return { offline: false, bad: [] };
  }
}

let mode = read();

function write(): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(mode));
  } catch {
    return; // full: the mode lives as long as the page
  }
}

export function isOffline(): boolean {
  return mode.offline || !navigator.onLine;
}

// Two bad ones of five: without network. Five good ones in a row: with it again.
export function note(good: boolean): void {
  const bad = [...mode.bad, !good].slice(-KEPT);
  const wasOffline = mode.offline;
  const offline = wasOffline ? bad.length < KEPT || bad.includes(true) : bad.filter(Boolean).length >= BAD;
  mode = { offline, bad: offline === wasOffline ? bad : [] };
  write();
  if (offline !== wasOffline) document.dispatchEvent(new CustomEvent("till:mode"));
}

export async function timed<T>(act: Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    const result = await act;
    note(performance.now() - begun <= SLOW_MS);
    return result;
  } catch (error) {
    note(false);
    throw error;
  }
}
