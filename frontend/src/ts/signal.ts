// What the cashier hears, feels and sees out of the corner of an eye: yes or no.
type Kind = "yes" | "no";

const TONES: Record<Kind, [hertz: number, seconds: number]> = { yes: [880, 0.09], no: [220, 0.25] };
const BUZZES: Record<Kind, number[]> = { yes: [60], no: [90, 60, 90] };
const FLASH_MS = 400;
const LOUDNESS = 0.12;

let sound: AudioContext | null = null;

// Browsers let a page make noise only after somebody has touched it.
function unlock(): void {
  sound ??= new AudioContext();
  if (sound.state === "suspended") void sound.resume();
}

export function watchSignals(): void {
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, unlock, { once: true, passive: true });
  }
}

function beep([hertz, seconds]: [number, number]): void {
  if (sound?.state !== "running") return;
  const [tone, volume] = [sound.createOscillator(), sound.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(LOUDNESS, sound.currentTime);
  volume.gain.linearRampToValueAtTime(0, sound.currentTime + seconds);
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + seconds);
}

function flash(kind: Kind): void {
  document.querySelector("[data-flash]")?.remove();
  const light = document.createElement("div");
  light.className = `flash flash-${kind}`;
  light.dataset["flash"] = "";
  document.body.append(light);
  window.setTimeout(() => light.remove(), FLASH_MS);
}

export function signal(kind: Kind): void {
  flash(kind);
  beep(TONES[kind]);
  // Without a touch before it, a browser refuses and complains; iPhones have none.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZES[kind]);
}
