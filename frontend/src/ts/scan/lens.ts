// The lens: a camera that looks for codes and hands them to the form, or says clearly why it cannot.
import type { signal } from "../signal";
import {
  choose, closeCamera, faultOf, hasTorch, isLit, nextCamera, obstacle, openCamera, turnTorch, type Fault,
} from "./camera";
import { Decoder, NoReader } from "./decoder";
import { eachFrame, middleOf, sizesOf } from "./frames";
import { forget, isNews, lookAgain } from "./seen";

type Words = "nothing" | "opening" | "live" | "again" | "reading" | "none";

const TEXT_MAX = 300;
const HELD_MS = 1000;
const NONE_MS = 4000;

// How long a scan takes is a promise of the product: these marks are what the tests measure.
function mark(name: "till:frame" | "till:read" | "till:painted"): void {
  performance.clearMarks(name);
  performance.mark(name);
}

export class Lens {
  private readonly tell: typeof signal;
  private element: HTMLElement | null = null;
  private decoder: Decoder | null = null;
  private stream: MediaStream | null = null;
  private endLooking = (): void => undefined;
  private turn = 0; // whoever waited meanwhile sees that it is no longer theirs
  private isAsking = false;
  private isFirst = true;
  private saidUntil = 0;

  constructor(tell: typeof signal) {
    this.tell = tell;
  }

  attach(element: HTMLElement | null): void {
    this.endLooking();
    if (this.isAsking) this.answered();
    if (element === this.element) return void this.open();
    this.element = element;
    if (!element) return this.release();
    this.decoder ??= new Decoder((element.dataset["readers"] ?? "").split(" "));
    void this.open();
  }

  async open(): Promise<void> {
    const turn = ++this.turn;
    if (!this.element || document.hidden) return;
    const fault = obstacle();
    if (fault) return this.fail(fault);
    this.enter("opening");
    this.say("opening");
    try {
      const stream = this.stream ?? (await openCamera());
      if (turn !== this.turn) return closeCamera(stream === this.stream ? null : stream);
      this.stream = stream;
      await this.show(stream, turn);
    } catch (error) {
      if (turn === this.turn) this.fail(faultOf(error));
    }
  }

  release(): void {
    this.turn++;
    this.endLooking();
    closeCamera(this.stream);
    this.stream = null;
  }

  /** The page goes: a code that nobody answered yet has not been read. */
  leave(): void {
    if (this.isAsking) forget();
    this.release();
  }

  async restart(): Promise<void> {
    this.release();
    forget();
    await this.open();
  }

  async switchCamera(): Promise<void> {
    const next = this.stream && (await nextCamera(this.stream));
    if (!next) return;
    choose(next);
    this.release();
    await this.open();
  }

  async switchTorch(button: HTMLElement): Promise<void> {
    if (!this.stream) return;
    await turnTorch(this.stream);
    button.setAttribute("aria-pressed", String(isLit(this.stream)));
  }

  async readPhoto(photo: Blob): Promise<void> {
    this.say("reading", NONE_MS);
    const text = await this.textOf(photo);
    if (text === null) this.say("none", NONE_MS);
    else if (text !== undefined) this.submit(text);
  }

  resume(): void {
    this.isAsking = false;
  }

  private async show(stream: MediaStream, turn: number): Promise<void> {
    const video = this.element?.querySelector("video");
    if (!video) return;
    for (const track of stream.getTracks()) track.onended = () => this.fail("stopped");
    video.srcObject = stream;
    await video.play();
    if (turn !== this.turn) return;
    lookAgain();
    this.isFirst = true;
    this.enter("live");
    if (performance.now() > this.saidUntil) this.say("live");
    this.endLooking = eachFrame(video, () => this.look(video));
    this.offer("torch", hasTorch(stream))?.setAttribute("aria-pressed", String(isLit(stream)));
    this.offer("switch", (await nextCamera(stream)) !== null);
  }

  private async look(video: HTMLVideoElement): Promise<void> {
    const [image, turn] = [middleOf(video), this.turn];
    if (!image) return;
    if (this.isFirst) mark("till:frame");
    this.isFirst = false;
    const text = await this.read(image);
    if (text === undefined || turn !== this.turn) return;
    if (text !== null) this.found(text);
    else if (performance.now() > this.saidUntil) this.say("live");
  }

  private found(text: string): void {
    const isNew = isNews(text);
    if (this.isAsking) return;
    if (isNew) this.submit(text);
    else this.say("again", HELD_MS);
  }

  /** What the picture says, null for nothing; undefined when nothing here can read. */
  private async read(image: ImageData): Promise<string | null | undefined> {
    try {
      return await this.decoder?.read(image);
    } catch (error) {
      if (!(error instanceof NoReader)) throw error;
      this.fail("reader");
      return undefined;
    }
  }

  private async textOf(photo: Blob): Promise<string | null | undefined> {
    const sizes = await sizesOf(photo).catch(() => []); // a file that is no picture has no code
    for (const image of sizes) {
      const text = await this.read(image);
      if (text !== null) return text;
    }
    return null;
  }

  // Through the same form as a typed code: what happens then is one thing, not two.
  private submit(text: string): void {
    const form = document.querySelector<HTMLFormElement>("#screen form[data-code]");
    const field = form?.elements.namedItem("code");
    if (!form || !(field instanceof HTMLInputElement)) return;
    mark("till:read");
    this.tell("yes");
    this.isAsking = true;
    field.value = text.slice(0, TEXT_MAX);
    form.requestSubmit();
  }

  private answered(): void {
    this.isAsking = false;
    if (document.querySelector("#screen .gain-bad")) this.tell("no");
    requestAnimationFrame(() => window.setTimeout(() => mark("till:painted")));
  }

  private fail(fault: Fault): void {
    this.release();
    this.enter("fault");
    this.say("nothing");
    for (const words of this.element?.querySelectorAll<HTMLElement>("[data-fault]") ?? []) {
      words.hidden = words.dataset["fault"] !== fault;
    }
  }

  private enter(state: "opening" | "live" | "fault"): void {
    if (this.element) this.element.dataset["state"] = state;
    if (state === "fault") return;
    for (const words of this.element?.querySelectorAll<HTMLElement>("[data-fault]") ?? []) words.hidden = true;
  }

  private say(words: Words, holdMs = 0): void {
    this.saidUntil = holdMs && performance.now() + holdMs;
    const place = this.element?.querySelector<HTMLElement>("[data-lens-says]");
    const text = place?.dataset[words] ?? "";
    if (place && place.textContent !== text) place.textContent = text;
  }

  private offer(act: "torch" | "switch", isThere: boolean): HTMLElement | null {
    const button = this.element?.querySelector<HTMLElement>(`[data-lens-act=${act}]`) ?? null;
    if (button) button.hidden = !isThere;
    return button;
  }
}

function act(lens: Lens, button: HTMLElement): void {
  const name = button.dataset["lensAct"];
  if (name === "again") void lens.restart();
  if (name === "switch") void lens.switchCamera();
  if (name === "torch") void lens.switchTorch(button);
}

/** The one lens of this page; it outlives the screens that are swapped around it. */
export function begin(tell: typeof signal): Lens {
  const lens = new Lens(tell);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-lens-act]") : null;
    if (button) act(lens, button);
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.dataset["lensPhoto"] === undefined) return;
    const photo = input.files?.[0];
    if (photo) void lens.readPhoto(photo).finally(() => (input.value = "")); // the same one may come again
  });
  // A phone takes the camera away from a page that nobody sees; better to give it back ourselves.
  document.addEventListener("visibilitychange", () => (document.hidden ? lens.release() : void lens.open()));
  window.addEventListener("pagehide", () => lens.leave());
  window.addEventListener("pageshow", (event) => event.persisted && void lens.open());
  for (const end of ["htmx:error", "till:resume"]) document.addEventListener(end, () => lens.resume());
  return lens;
}
