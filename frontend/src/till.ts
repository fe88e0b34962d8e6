// The till: screens are swapped in place; every form also works without any of this.
import "htmx.org";
import { quietKeyboard, watchKeypad } from "./ts/amount";
import { watchBusy } from "./ts/busy";
import { quietCode, watchCode } from "./ts/code";
import { pave, watchWayHome } from "./ts/home";
import { startLens } from "./ts/lens";
import { watchIdle } from "./ts/idle";
import { watchMenus } from "./ts/menus";
import { quietPins, watchPins } from "./ts/pin";
import { beginQueue } from "./ts/queue/begin";
import { watchScreen } from "./ts/screen";
import { watchSignals } from "./ts/signal";
import { watchSteppers } from "./ts/stepper";
import { startUndo } from "./ts/undo";

function begin(): void {
  quietKeyboard();
  quietPins();
  quietCode();
  startUndo();
  startLens();
  pave();
}

watchScreen(begin);
watchMenus();
watchCode();
watchKeypad();
watchPins();
watchSteppers();
watchIdle();
watchBusy();
watchSignals();
watchWayHome();
begin();
beginQueue();
