// Reads QR codes with ZXing, compiled to WebAssembly, where it never keeps the page waiting.
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";
import { serve, type Read } from "./ts/scan/serve";

const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 1,
};

async function begin(): Promise<Read> {
  if (typeof WebAssembly === "undefined") throw new Error("no WebAssembly");
  // Left to itself the library would fetch its code from somebody else's server.
  const locateFile = (): string => new URL(wasm, self.location.href).href;
  await prepareZXingModule({ overrides: { locateFile, printErr: () => undefined }, fireImmediately: true });
  return async (image) => (await readBarcodes(image, OPTIONS))[0]?.text ?? null;
}

serve(begin());
