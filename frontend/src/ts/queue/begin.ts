// The till without network: everything that makes it one, begun in its order.
import htmx from "htmx.org";
import { say } from "../screen";
import { paint, watchBadge } from "./badge";
import { drive } from "./drive";
import { by, isAlive, signedOut } from "./live";
import { watchLook } from "./look";
import { forget, loadParts, words } from "./parts";
import { watchRelease } from "./release";
import { screen } from "./screens";
import { watchForms } from "./take";

const HOME = "/till/";

function open(path: string): void {
  void htmx.ajax("GET", path, { target: "#screen", select: "#screen", swap: "outerHTML", push: "true" });
}

// The kept page is there before its script: a code that was typed meanwhile is looked up as well.
function catchUp(): void {
  if (!isAlive()) document.getElementById("code")?.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// Signing out and another language make the kept page wrong: it goes first, then the form.
function watchLeaving(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || form.dataset["forgot"] !== undefined) return;
      const { pathname } = new URL(form.action);
      if (pathname !== "/sign-out" && pathname !== "/language") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (pathname === "/sign-out") signedOut();
      form.dataset["forgot"] = "";
      const again = (): void => form.requestSubmit(event.submitter);
      forget().then(again, again);
    },
    { capture: true },
  );
}

async function greet(): Promise<void> {
  await loadParts();
  if (!isAlive() && window.location.pathname !== HOME) say(words("elsewhere"));
}

export function beginQueue(): void {
  if (!screen().dataset["shop"] || !("indexedDB" in window)) return;
  by();
  document.addEventListener("htmx:after:swap", () => by());
  watchForms(open);
  watchLook((root) => htmx.process(root));
  watchBadge();
  watchLeaving();
  void greet();
  catchUp();
  void paint();
  drive();
  watchRelease();
}
