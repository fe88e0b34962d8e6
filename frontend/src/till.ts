// The till: screens are swapped in place; every form also works without any of this.
import "htmx.org";
import { quietKeyboard, watchKeypad } from "./ts/amount";
import { watchBusy } from "./ts/busy";
import { watchCode } from "./ts/code";
import { watchIdle } from "./ts/idle";
import { watchMenus } from "./ts/menus";
import { quietPins, watchPins } from "./ts/pin";
import { watchScreen } from "./ts/screen";
import { watchSteppers } from "./ts/stepper";
import { startUndo } from "./ts/undo";

function begin(): void {
  quietKeyboard();
  quietPins();
  startUndo();
}

watchScreen(begin);
watchMenus();
watchCode();
watchKeypad();
watchPins();
watchSteppers();
watchIdle();
watchBusy();
begin();
