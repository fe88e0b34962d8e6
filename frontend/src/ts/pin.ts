// A PIN typed on the screen's own keypad; digits only, zeros in front count.
const DIGITS = 6;

export function typed(text: string, key: string): string {
  return key === "back" ? text.slice(0, -1) : (text + key).slice(0, DIGITS);
}

export function watchPins(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-pin-key]") : null;
    const keys = button?.closest<HTMLElement>("[data-pin-keys]");
    const field = document.getElementById(keys?.dataset["pinKeys"] ?? "");
    if (button && field instanceof HTMLInputElement) field.value = typed(field.value, button.dataset["pinKey"] ?? "");
  });
}

// Where the keypad is on the screen, the phone's own keyboard would only cover it.
export function quietPins(): void {
  if (!window.matchMedia("(pointer: coarse)").matches) return;
  for (const keys of document.querySelectorAll<HTMLElement>("[data-pin-keys]")) {
    const field = document.getElementById(keys.dataset["pinKeys"] ?? "");
    if (field instanceof HTMLInputElement) field.inputMode = "none";
  }
}
