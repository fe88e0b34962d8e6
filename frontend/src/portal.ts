// What the portal needs beyond plain pages; every page and form also works without any of this.
import "htmx.org";
import { watchBusy } from "./ts/busy";
import { watchCopy } from "./ts/copy";
import { openDialogs, watchDialogs } from "./ts/dialogs";
import { watchMenus } from "./ts/menus";
import { watchPalette } from "./ts/palette";
import { startPicks, watchPicks } from "./ts/picks";
import { watchScreen } from "./ts/screen";
import { watchShortcuts } from "./ts/shortcuts";
import { showToasts, watchToasts } from "./ts/toasts";
import { startUnsaved, watchUnsaved } from "./ts/unsaved";

function begin(): void {
  openDialogs();
  startPicks();
  startUnsaved();
  showToasts();
}

document.documentElement.classList.add("js");
watchScreen(begin);
watchMenus();
watchCopy();
watchBusy();
watchDialogs();
watchPicks();
watchPalette();
watchShortcuts();
watchToasts();
watchUnsaved();
begin();
