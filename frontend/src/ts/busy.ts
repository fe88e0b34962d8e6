// A form that is under way says so, and a second tap does not send it again.
export function watchBusy(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    if (form.dataset["download"] !== undefined) return; // the page stays where it is
    if (form.hasAttribute("hx-post")) return; // htmx marks these itself and queues nothing twice
    if (form.classList.contains("is-busy")) event.preventDefault();
    form.classList.add("is-busy");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll(".is-busy")) form.classList.remove("is-busy");
  });
}
