// The till: screens are swapped in place; every form also works without any of this.
import "htmx.org";
import { quietKeyboard, watchKeypad } from "./ts/amount";
import { watchBusy } from "./ts/busy";
import { watchCode } from "./ts/code";
import { watchMenus } from "./ts/menus";
import { beginQueue } from "./ts/queue/begin";
import { watchScreen } from "./ts/screen";
import { watchSteppers } from "./ts/stepper";
import { startUndo } from "./ts/undo";

function begin(): void {
  quietKeyboard();
  startUndo();
}

watchScreen(begin);
watchMenus();
watchCode();
watchKeypad();
watchSteppers();
watchBusy();
begin();
beginQueue();
