// The page's side of the readers: asks the first that works, and hands its questions on when it fails.
import type { Answer, Question } from "./serve";

interface Waiting {
  image: ImageData;
  found: (text: string | null) => void;
  failed: (error: Error) => void;
}

export class NoReader extends Error {}

export class Decoder {
  private readonly addresses: string[];
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | null = null;
  private asked = 0;

  constructor(addresses: string[]) {
    this.addresses = addresses;
    this.next();
  }

  /** The text of the code in this picture, or null. Rejects with NoReader when no reader works here. */
  read(image: ImageData): Promise<string | null> {
    return new Promise((found, failed) => {
      const id = ++this.asked;
      this.waiting.set(id, { image, found, failed });
      if (this.worker) this.ask({ id, image });
      else this.giveUp();
    });
  }

  private ask(question: Question): void {
    this.worker?.postMessage(question);
  }

  private next(): void {
    this.worker?.terminate();
    this.worker = null;
    const address = this.addresses.shift();
    if (address === undefined) return this.giveUp();
    const worker = (this.worker = new Worker(address));
    worker.onmessage = (event: MessageEvent<Answer>) => this.hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault(); // not an error of the page: there is another reader
      if (worker === this.worker) this.next();
    };
    for (const [id, { image }] of this.waiting) this.ask({ id, image });
  }

  private hear(answer: Answer): void {
    if ("failed" in answer) return this.next();
    if (!("id" in answer)) return;
    this.waiting.get(answer.id)?.found(answer.text);
    this.waiting.delete(answer.id);
  }

  private giveUp(): void {
    for (const { failed } of this.waiting.values()) failed(new NoReader());
    this.waiting.clear();
  }
}
