// The Copy button beside a link that is shown only once.
async function copy(button: HTMLButtonElement): Promise<void> {
  const field = document.getElementById(button.dataset["copy"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // the text stays selected, so that the person can copy it themselves
  }
  const words = button.querySelector("span");
  const done = document.body.dataset["done"];
  if (words && done) words.textContent = done;
}

export function watchCopy(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    if (button instanceof HTMLButtonElement) void copy(button);
  });
}
