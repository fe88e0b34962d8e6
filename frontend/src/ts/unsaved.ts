// A form that was changed says so, and the page is not left by mistake before it is saved.
const NOT_TYPED = new Set(["csrf_token", "key"]);
const saved = new WeakMap<HTMLFormElement, string>();
let isLeaving = false;

function contents(form: HTMLFormElement): string {
  const parts: string[] = [];
  for (const [name, value] of new FormData(form)) {
    if (NOT_TYPED.has(name)) continue;
    parts.push(`${name}=${value instanceof File ? `${value.name}:${value.size}` : value}`);
  }
  return parts.join("\n");
}

function isChanged(form: HTMLFormElement): boolean {
  return form.dataset["unsaved"] === "typed" || contents(form) !== saved.get(form);
}

function show(form: HTMLFormElement): void {
  const changed = isChanged(form);
  form.classList.toggle("is-unsaved", changed);
  for (const words of form.querySelectorAll<HTMLElement>("[data-unsaved-says]")) words.hidden = !changed;
}

export function startUnsaved(): void {
  isLeaving = false;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-unsaved]")) {
    if (!saved.has(form)) saved.set(form, contents(form));
    form.classList.add("watches");
    show(form);
  }
}

export function watchUnsaved(): void {
  const look = (event: Event): void => {
    const field = event.target;
    const form = field instanceof Element ? field.closest<HTMLFormElement>("form[data-unsaved]") : null;
    if (form) show(form);
  };
  document.addEventListener("input", look);
  document.addEventListener("change", look);
  document.addEventListener("submit", () => {
    isLeaving = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-discard]")) isLeaving = true;
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isLeaving) return;
    const forms = [...document.querySelectorAll<HTMLFormElement>("form[data-unsaved]")];
    if (forms.some(isChanged)) event.preventDefault();
  });
}
