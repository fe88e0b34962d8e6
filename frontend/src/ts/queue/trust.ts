// Rewards without network, on trust: as many as the shop allows, one for a card.
import { cardOf, isRead } from "./codes";
import { words } from "./parts";
import { waiting } from "./store";

/** What keeps a reward from being handed over now, in a sentence; nothing where all is well. */
export async function refusal(scan: string): Promise<string> {
  const given = (await waiting()).filter((visit) => visit.reward);
  if (given.some((visit) => cardOf(visit.scan) === cardOf(scan))) return words("oneReward");
  return given.length >= Number(words("rewardsMax")) ? words("noMoreRewards") : "";
}

/** Before anybody sees them: where the program wants the QR, a typed code opens no reward. */
export function prepareTrust(copy: ParentNode, scan: string): void {
  for (const offer of copy.querySelectorAll<HTMLElement>("[data-trust]")) {
    if (offer.dataset["proof"] === "typed" || isRead(scan)) continue;
    for (const form of offer.querySelectorAll("form")) form.remove();
    for (const line of offer.querySelectorAll<HTMLElement>("[data-enough], [data-not-enough]")) line.hidden = !line.hidden;
  }
}
