// What the portal needs beyond plain pages; every page and form also works without any of this.
import "htmx.org";
import { sendKept, watchPrint } from "./ts/access";
import { watchBusy } from "./ts/busy";
import { watchCopy } from "./ts/copy";
import { openDialogs, watchDialogs } from "./ts/dialogs";
import { titleFaults } from "./ts/faults";
import { watchLetter } from "./ts/letter";
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
  titleFaults();
}

document.documentElement.classList.add("js");
watchScreen(begin);
watchMenus();
watchLetter();
watchCopy();
watchBusy();
watchDialogs();
watchPicks();
watchPalette();
watchShortcuts();
watchToasts();
watchUnsaved();
watchPrint();
begin();
sendKept();
