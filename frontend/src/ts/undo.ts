// The minute in which a visit can be taken back with one tap; afterwards it is corrected by hand.
let ticking = 0;

function tick(form: HTMLFormElement, endsAt: number): void {
  const left = Math.ceil((endsAt - Date.now()) / 1000);
  const meter = form.querySelector("progress");
  if (meter) meter.value = Math.max(0, left);
  if (left > 0 || form.contains(document.activeElement)) return; // never from under somebody's finger
  window.clearInterval(ticking);
  form.hidden = true;
}

export function startUndo(): void {
  window.clearInterval(ticking);
  const form = document.querySelector<HTMLFormElement>("form[data-undo]");
  if (!form) return;
  const endsAt = Date.now() + Number(form.dataset["undo"]) * 1000;
  ticking = window.setInterval(() => tick(form, endsAt), 1000);
}
