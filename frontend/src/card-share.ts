// The link to pass on: by the phone's own way of sharing, where it has one, and by copying.
import { watchCopy } from "./ts/copy";

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy], [data-share]")) {
  button.hidden = button.hasAttribute("data-share") && !("share" in navigator);
}
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-share]") : null;
  if (!button) return;
  const data = { url: button.dataset["share"] ?? "", title: button.dataset["title"] ?? "" };
  // Who changes their mind has not failed at anything.
  void navigator.share(data).catch(() => undefined);
});
watchCopy();
