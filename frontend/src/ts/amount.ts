// Amounts as on a card terminal: digits come in from the right, cents first. Text in, text out.
export function digitsOf(text: string): string {
  return text.replace(/\D/g, "").replace(/^0+/, "");
}

export function written(digits: string, places: number, mark: string): string {
  if (digits === "") return "";
  if (places === 0) return digits;
  const padded = digits.padStart(places + 1, "0");
  return `${padded.slice(0, -places)}${mark}${padded.slice(-places)}`;
}

export function pressed(text: string, key: string): string {
  const digits = digitsOf(text);
  const next = key === "back" ? digits.slice(0, -1) : digits + key;
  return next.slice(0, 9).replace(/^0+/, "");
}

function press(keys: HTMLElement, key: string): void {
  const field = document.getElementById(keys.dataset["keys"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const places = Number(field.dataset["digits"] ?? "2");
  field.value = written(pressed(field.value, key), places, field.dataset["mark"] ?? ",");
}

export function watchKeypad(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-key]") : null;
    const keys = button?.closest<HTMLElement>("[data-keys]");
    if (button && keys) press(keys, button.dataset["key"] ?? "");
  });
}

// With the keypad on the screen the phone's own keyboard would only cover it.
export function quietKeyboard(): void {
  const coarse = window.matchMedia("(pointer: coarse)").matches;
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-amount]")) {
    if (coarse) field.inputMode = "none";
  }
}
