// Dialogs opened by links: without this the same link shows the dialog by its address.
function dialogOf(id: string | undefined): HTMLDialogElement | null {
  const found = id ? document.getElementById(id) : null;
  return found instanceof HTMLDialogElement ? found : null;
}

export function openDialogs(): void {
  for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[data-open]:not([open])")) {
    delete dialog.dataset["open"];
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }
}

export function watchDialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest<HTMLElement>("[data-opens]");
    const dialog = dialogOf(opener?.dataset["opens"]);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const closer = event.target.closest("[data-closes]");
    const isOutside = event.target instanceof HTMLDialogElement && event.target.open;
    if (!closer && !isOutside) return;
    if (closer) event.preventDefault();
    event.target.closest("dialog")?.close();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  });
  // A button that looks like a link answers to the space bar too.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !(event.target instanceof HTMLElement)) return;
    if (!event.target.matches("a[role=button]")) return;
    event.preventDefault();
    event.target.click();
  });
}
