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

// Ideals, never demands: a camera that is not what we would like is better than none.
export function openCamera(): Promise<MediaStream> {
  const chosen = localStorage.getItem(CHOSEN);
  const which = chosen ? { deviceId: { ideal: chosen } } : { facingMode: { ideal: "environment" } };
  const video = { ...which, width: { ideal: 1280 }, height: { ideal: 720 } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The camera after the one in use, or null where there is only one. */
export async function nextCamera(stream: MediaStream): Promise<MediaDeviceInfo | null> {
  const all = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  if (all.length < 2) return null;
  const used = stream.getVideoTracks()[0]?.getSettings().deviceId;
  return all[(all.findIndex(({ deviceId }) => deviceId === used) + 1) % all.length] ?? null;
}

export function choose(camera: MediaDeviceInfo): void {
  localStorage.setItem(CHOSEN, camera.deviceId);
}

// The torch is not in the types: only some phones have it.
type Lit = MediaTrackCapabilities & MediaTrackSettings & { torch?: boolean };

export function hasTorch(stream: MediaStream): boolean {
  return Boolean((stream.getVideoTracks()[0]?.getCapabilities?.() as Lit | undefined)?.torch);
}

/** Turns the torch on or off; whether it is on afterwards. */
export async function turnTorch(stream: MediaStream): Promise<boolean> {
  const track = stream.getVideoTracks()[0];
  const on = !(track?.getSettings() as Lit | undefined)?.torch;
  try {
    await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  } catch {
    return !on; // a phone that says it has one and will not: the button stays as it was
  }
  return on;
}
