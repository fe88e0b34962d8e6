// What the portal needs beyond plain pages: menus and the Copy button.
import { watchBusy } from "./ts/busy";
import { watchCopy } from "./ts/copy";
import { watchMenus } from "./ts/menus";
import { watchScreen } from "./ts/screen";

watchScreen(() => undefined);
watchMenus();
watchCopy();
watchBusy();
