// RFC 6238 over SHA-1, as the server counts (cards/live.py): eight digits, a new code every 30 seconds.
export const STEP_MS = 30_000;
const DIGITS = 8;

export function imported(base64: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
}

export async function codeAt(key: CryptoKey, atMs: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(atMs / STEP_MS)));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const start = mac.getUint8(mac.byteLength - 1) & 0x0f;
  const number = mac.getUint32(start) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}
