// The card beside its designer: drawn again at each choice, without a flash and without a reload.
const form = document.querySelector<HTMLFormElement>("#look");
const frame = document.querySelector<HTMLIFrameElement>("#preview");
let shown = frame?.getAttribute("src") ?? "";
let scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
let turn = 0;

function ready(sheet: HTMLLinkElement): Promise<void> {
  return new Promise((resolve) => {
    sheet.addEventListener("load", () => resolve());
    sheet.addEventListener("error", () => resolve());
  });
}

function dressed(body: HTMLElement): void {
  body.classList.remove("scheme-light", "scheme-dark");
  body.classList.add(`scheme-${scheme}`);
}

// The new sheet is there before the new card is, and the old one leaves after it.
async function draw(url: string): Promise<void> {
  const mine = ++turn;
  const inside = frame?.contentDocument;
  const answer = await fetch(url).catch(() => null);
  if (!inside || !answer?.ok || mine !== turn) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const olds = [...inside.querySelectorAll<HTMLLinkElement>("link[data-keep]")];
  const sheet = fresh.querySelector<HTMLLinkElement>("link[data-keep]");
  if (sheet) {
    const added = inside.importNode(sheet);
    const loaded = ready(added);
    inside.head.append(added);
    await loaded;
  }
  if (mine !== turn) return;
  inside.body.replaceChildren(...[...fresh.body.childNodes].map((node) => inside.importNode(node, true)));
  dressed(inside.body);
  for (const old of olds) old.remove();
  shown = url;
}

function field(name: string): HTMLInputElement | null {
  return form?.querySelector<HTMLInputElement>(`input[type="color"][name="${name}"]`) ?? null;
}

form?.addEventListener("input", (event) => {
  const chosen = event.target as HTMLInputElement;
  if (chosen.type === "color") {
    const own = form.querySelector<HTMLInputElement>('[name="palette"][value="own"]');
    if (own) own.checked = true;
  } else if (chosen.name === "palette" && chosen.dataset["ink"]) {
    for (const name of ["background", "ink", "accent"]) {
      const input = field(name);
      if (input) input.value = chosen.dataset[name] ?? input.value;
    }
  } else if (chosen.name === "file" && chosen.files?.length) {
    const none = form.querySelector<HTMLInputElement>('[name="no_logo"]');
    if (none) none.checked = false;
  }
});

document.addEventListener("htmx:after:swap", () => {
  const url = document.querySelector<HTMLElement>("#verdict")?.dataset["preview"];
  if (url && url !== shown) void draw(url);
  // The picture has been taken: it need not travel with every colour.
  const file = form?.querySelector<HTMLInputElement>('[name="file"]');
  if (file?.value && document.querySelector('#verdict [name="logo"]')) file.value = "";
});

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-scheme]");
  if (!button || !frame?.contentDocument) return;
  scheme = button.dataset["scheme"] ?? "light";
  for (const each of document.querySelectorAll("[data-scheme]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  dressed(frame.contentDocument.body);
});

function begin(): void {
  document.querySelector<HTMLButtonElement>(`[data-scheme="${scheme}"]`)?.click();
}
if (frame?.contentDocument?.readyState === "complete") begin();
frame?.addEventListener("load", begin);
