// How many: two big buttons around a number, and the main button says what will happen.
function clamp(field: HTMLInputElement, value: number): number {
  return Math.min(Number(field.max || "99"), Math.max(Number(field.min || "0"), value));
}

function tell(field: HTMLInputElement): void {
  const label = document.getElementById(field.dataset["label"] ?? "");
  const count = Number(field.value);
  if (!label || !Number.isInteger(count)) return;
  const words = count === 1 ? field.dataset["one"] : field.dataset["many"];
  label.textContent = (words ?? "").replace("{n}", String(count));
}

export function watchSteppers(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-step]") : null;
    const field = button?.closest("[data-stepper]")?.querySelector("input");
    if (!button || !field) return;
    field.value = String(clamp(field, Number(field.value || "0") + Number(button.dataset["step"])));
    tell(field);
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.closest("[data-stepper]")) tell(field);
  });
}
