// A sheet that is printed, and a form that goes on by itself once the person has shown who they are.
export function watchPrint(): void {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
  });
}

export function sendKept(): void {
  document.querySelector<HTMLFormElement>("form[data-send]")?.requestSubmit();
}
