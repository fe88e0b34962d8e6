// What a text may say without asking the server: a card's code, an amount of money, a new key.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const QR = /\/C\/[0-9A-Z]{26}(?:\.\d{8})?/i;
const REF = /^crd_[0-9A-Z]{26}$/;
const CODE = /^(?:[0-9A-HJKMNP-TV-Z]{10}|[0-9A-HJKMNP-TV-Z]{26}(?:\.\d{8})?)$/;

const TOKEN = /^[0-9A-HJKMNP-TV-Z]{26}(?:\.\d{8})?$/;

/** The same for a code however it was typed. */
export function tidied(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
}

/** The same for every code that one card shows, its live ones among them. */
export function cardOf(text: string): string {
  return tidied(text).replace(/\.\d{8}(~.*)?$/, "");
}

export function holdsCode(text: string): boolean {
  return QR.test(text) || REF.test(text.trim()) || CODE.test(tidied(text));
}

// Whether the code itself was read, and not typed from under it.
export function isRead(text: string): boolean {
  return QR.test(text) || TOKEN.test(tidied(text));
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => ALPHABET[byte % 32]).join("");
}

// As the server reads it (core/money.py): "12,40", "1.234,50", "12"; null if it is no amount.
export function minorUnits(text: string, places: number, mark: string): number | null {
  let plain = text.replace(/\s/g, "").replace(/^[€$£]+|[€$£]+$/g, "");
  const group = mark === "," ? "." : ",";
  const grouped = new RegExp(`^[1-9]\\d{0,2}(?:[${group}]\\d{3})+(?:[${mark}]\\d*)?$`);
  if (grouped.test(plain)) plain = plain.split(group).join("");
  const match = /^(\d{1,12})(?:\.(\d{0,6}))?$/.exec(plain.replace(",", "."));
  const fraction = (match?.[2] ?? "").replace(/0+$/, "");
  if (!match || fraction.length > places) return null;
  const minor = Number(`${match[1]}${fraction.padEnd(places, "0")}`);
  return minor <= 1_000_000_000 ? minor : null;
}
