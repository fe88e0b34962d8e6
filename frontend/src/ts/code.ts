// The code of a card: pasted with one tap, looked up as soon as it is whole.
const LETTERS = 10;
const PAUSE_MS = 150; // a scanner that types goes on sooner, a person does not
let waiting = 0;

function whole(text: string): boolean {
  const tidy = text.replace(/[\s-]/g, "").toUpperCase();
  return tidy.length === LETTERS && /^[0-9A-Z]+$/.test(tidy);
}

async function paste(button: HTMLElement): Promise<void> {
  const field = document.getElementById(button.dataset["paste"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  try {
    field.value = (await navigator.clipboard.readText()).trim().slice(0, 300);
  } catch {
    field.focus(); // not allowed to read: the person pastes by hand
    return;
  }
  field.form?.requestSubmit();
}

// On a phone the field is ready for a scanner, but its keyboard would cover the camera: it comes by a tap.
export function quietCode(): void {
  const field = document.getElementById("code");
  if (!(field instanceof HTMLInputElement) || !document.querySelector("[data-lens]")) return;
  if (!window.matchMedia("(pointer: coarse)").matches) return;
  field.inputMode = "none";
  field.addEventListener("pointerdown", () => (field.inputMode = "text"), { once: true });
}

export function watchCode(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-paste]") : null;
    if (button) void paste(button);
  });
  // What a scanner types takes the place of what stands there.
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLInputElement && target.id === "code") target.select();
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.id !== "code") return;
    if (event instanceof InputEvent && event.inputType.startsWith("delete")) return;
    window.clearTimeout(waiting);
    if (whole(field.value)) waiting = window.setTimeout(() => field.isConnected && field.form?.requestSubmit(), PAUSE_MS);
  });
}
