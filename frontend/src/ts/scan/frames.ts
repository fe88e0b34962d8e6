// Pictures for the reader: the middle of the camera's, or a photograph.
const SIDE = 720; // as much as the reader needs, and as little as it is quick with
const PHOTO_SIDES = [1600, 800];
const TIMER_MS = 66;

const canvas = document.createElement("canvas");

function drawn(width: number, height: number, draw: (to: CanvasRenderingContext2D) => void): ImageData | null {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || width === 0 || height === 0) return null;
  draw(context);
  return context.getImageData(0, 0, width, height);
}

/** The square in the middle: what the page shows of the camera is what is read. */
export function middleOf(video: HTMLVideoElement): ImageData | null {
  const cut = Math.min(video.videoWidth, video.videoHeight);
  const side = Math.min(cut, SIDE);
  const [left, top] = [(video.videoWidth - cut) / 2, (video.videoHeight - cut) / 2];
  return drawn(side, side, (to) => to.drawImage(video, left, top, cut, cut, 0, 0, side, side));
}

/** A photograph, large and then small: a blurred code is sometimes read only from afar. */
export async function sizesOf(photo: Blob): Promise<ImageData[]> {
  const whole = await createImageBitmap(photo);
  const longest = Math.max(whole.width, whole.height);
  const sizes = PHOTO_SIDES.map((side) => {
    const scale = Math.min(1, side / longest);
    const [width, height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
    return drawn(width, height, (to) => to.drawImage(whole, 0, 0, width, height));
  });
  whole.close();
  return sizes.filter((size) => size !== null);
}

/** Calls `look` for a frame, and for the newest one when that is done; returns how to end it. */
export function eachFrame(video: HTMLVideoElement, look: () => Promise<void>): () => void {
  let ended = false;
  const step = (): void => {
    if (!ended) void look().then(next);
  };
  const next = (): void => {
    if (ended) return;
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(step);
    else window.setTimeout(step, TIMER_MS);
  };
  next();
  return () => {
    ended = true;
  };
}
