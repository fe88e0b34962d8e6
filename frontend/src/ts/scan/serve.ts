// What both readers of codes have in common: they say when they are ready, and answer by number.
export interface Question {
  id: number;
  image: ImageData;
}
export type Answer = { ready: true } | { failed: string } | { id: number; text: string | null; ms: number };
export type Read = (image: ImageData) => Promise<string | null> | string | null;

function tell(answer: Answer): void {
  self.postMessage(answer);
}

async function reply(begun: Promise<Read>, { id, image }: Question): Promise<void> {
  try {
    const read = await begun;
    const since = performance.now();
    const text = await read(image);
    tell({ id, text, ms: performance.now() - since });
  } catch (error) {
    tell({ failed: String(error) }); // the page goes on with the next reader
  }
}

export function serve(begun: Promise<Read>): void {
  begun.then(
    () => tell({ ready: true }),
    (error: unknown) => tell({ failed: String(error) }),
  );
  self.onmessage = (event: MessageEvent<Question>) => void reply(begun, event.data);
}
