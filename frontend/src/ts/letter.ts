// Writing a letter: a chip puts its words in where the cursor is, and the preview follows by itself.
const WAIT_MS = 600;
let timer = 0;
let shown = "";

function put(chip: HTMLElement): void {
  const field = document.getElementById(chip.dataset["into"] ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.focus();
  field.setRangeText(chip.dataset["put"] ?? "", field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// In a frame of its own each time: the first page of a new frame makes no step in the history.
function renew(): void {
  const frame = document.querySelector<HTMLIFrameElement>("iframe[name=preview]");
  if (!frame) return;
  const next = frame.cloneNode() as HTMLIFrameElement;
  next.addEventListener("load", () => frame.remove(), { once: true });
  frame.name = "";
  frame.inert = true;
  frame.after(next);
}

function draw(form: HTMLFormElement): void {
  const buttons = [...form.querySelectorAll<HTMLButtonElement>("[data-preview]")];
  const button = buttons.find((one) => one.dataset["preview"] === shown) ?? buttons[0];
  if (!button) return;
  renew();
  const typed = new FormData(form, button);
  const ghost = document.createElement("form");
  ghost.method = "post";
  ghost.action = button.formAction;
  ghost.target = "preview";
  ghost.hidden = true;
  for (const [name, value] of typed) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = String(value);
    ghost.append(field);
  }
  document.body.append(ghost);
  HTMLFormElement.prototype.submit.call(ghost); // no submit event: nothing is being left
  ghost.remove();
}

export function watchLetter(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-letter]");
  if (!form) return;
  const first = form.querySelector<HTMLButtonElement>(`[data-preview="${document.documentElement.lang}"]`);
  shown = first?.dataset["preview"] ?? "";
  form.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const chip = target?.closest<HTMLElement>("[data-put]");
    if (chip) put(chip);
    const button = target?.closest<HTMLElement>("[data-preview]");
    if (button) {
      event.preventDefault();
      shown = button.dataset["preview"] ?? "";
      draw(form);
    }
  });
  form.addEventListener("focusin", (event) => {
    const language = event.target instanceof HTMLElement ? event.target.id.slice(-2) : "";
    if (form.querySelector(`[data-preview="${language}"]`)) shown = language;
  });
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => draw(form), WAIT_MS);
  });
  draw(form);
}
