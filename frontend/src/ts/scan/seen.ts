// A code that stays before the camera counts once: it has to go away for a while to be read again.
const KEY = "till-seen";
const AWAY_MS = 3000;
const FORGOTTEN_MS = 120_000;

interface Seen {
  mark: number;
  at: number;
}

// What is kept is no code: from a mark of 32 bits nobody finds the text.
// A card's live code changes while it lies there, and is the same card.
function markOf(text: string): number {
  let mark = 0x811c9dc5;
  for (const letter of text.replace(/\.\d{8}$/, "")) mark = Math.imul(mark ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return mark >>> 0;
}

function kept(): Seen | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Seen);
}

function keep(seen: Seen): void {
  sessionStorage.setItem(KEY, JSON.stringify(seen));
}

/** The camera opens again: the last card may well lie there still. */
export function lookAgain(): void {
  const last = kept();
  if (last && Date.now() - last.at < FORGOTTEN_MS) keep({ ...last, at: Date.now() });
}

/** Whether this text was not in view just now; from here on it is. */
export function isNews(text: string): boolean {
  const [last, mark, at] = [kept(), markOf(text), Date.now()];
  keep({ mark, at });
  return last?.mark !== mark || at - last.at > AWAY_MS;
}

export function forget(): void {
  sessionStorage.removeItem(KEY);
}
