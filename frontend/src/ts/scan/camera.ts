// The device's cameras: opening one, what keeps it shut, the others, the torch.
export type Fault = "insecure" | "unsupported" | "refused" | "missing" | "busy" | "stopped" | "reader";

const CHOSEN = "till-camera"; // which of several, remembered on this device
const REASONS: Record<string, Fault> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Why there can be no camera on this page at all, whatever anybody allows. */
export function obstacle(): Fault | null {
  if (!window.isSecureContext) return "insecure";
  return "mediaDevices" in navigator ? null : "unsupported";
}

export function faultOf(error: unknown): Fault {
  return (error instanceof DOMException && REASONS[error.name]) || "busy";
}

function grab(which: MediaTrackConstraints): Promise<MediaStream> {
  const video = { ...which, width: { ideal: 1280 }, height: { ideal: 720 } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

async function cameras(): Promise<MediaDeviceInfo[]> {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
}

// Known by its name: some browsers give it another id each time.
async function chosen(): Promise<MediaDeviceInfo | undefined> {
  const name = localStorage.getItem(CHOSEN);
  return name ? (await cameras()).find(({ label }) => label === name) : undefined;
}

// Exactly that one, for a mere wish is not always heard.
function grabThis({ deviceId }: MediaDeviceInfo): Promise<MediaStream> {
  return grab({ deviceId: { exact: deviceId } });
}

/** The chosen camera, else the one at the back, else any: one that we would not like is better than none. */
export async function openCamera(): Promise<MediaStream> {
  const known = await chosen();
  if (known) return grabThis(known);
  const stream = await grab({ facingMode: { ideal: "environment" } });
  const told = await chosen(); // names are told only to who has a camera open already
  if (!told || told.label === stream.getVideoTracks()[0]?.label) return stream;
  closeCamera(stream);
  return grabThis(told);
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The camera after the one in use, or null where there is only one. */
export async function nextCamera(stream: MediaStream): Promise<MediaDeviceInfo | null> {
  const all = await cameras();
  if (all.length < 2) return null;
  const used = stream.getVideoTracks()[0]?.getSettings().deviceId;
  return all[(all.findIndex(({ deviceId }) => deviceId === used) + 1) % all.length] ?? null;
}

export function choose(camera: MediaDeviceInfo): void {
  localStorage.setItem(CHOSEN, camera.label);
}

// The torch is not in the types: only some phones have it.
type Lit = MediaTrackCapabilities & MediaTrackSettings & { torch?: boolean };

export function hasTorch(stream: MediaStream): boolean {
  return Boolean((stream.getVideoTracks()[0]?.getCapabilities?.() as Lit | undefined)?.torch);
}

export function isLit(stream: MediaStream): boolean {
  return Boolean((stream.getVideoTracks()[0]?.getSettings() as Lit | undefined)?.torch);
}

/** Turns the torch on or off; where a phone has one and will not, it stays as it was. */
export async function turnTorch(stream: MediaStream): Promise<void> {
  const torch = { torch: !isLit(stream) } as MediaTrackConstraintSet;
  await stream.getVideoTracks()[0]?.applyConstraints({ advanced: [torch] }).catch(() => undefined);
}
