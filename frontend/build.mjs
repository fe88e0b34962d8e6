// Builds the three surfaces into OUT (default ../static/dist): hashed names, manifest, compressed copies.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip, inflateSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "..", "static", "dist"));
const surfaces = ["portal", "till", "card"];
const more = ["card-forms.css", "card-share.ts", "card-design.css", "card-design.ts", "charts.ts"]; // for those pages that need them
const workers = ["scan-worker.ts", "scan-worker-plain.ts", "till-sw.ts", "card-sw.ts"];
// The first browsers that know cascade layers; newer CSS is lowered where it can be.
const target = ["es2022", "chrome99", "firefox97", "safari15.4"];

// Plot puts a style element into each drawing, which our policy refuses; metrics.css says the same.
const plainPlot = {
  name: "plain-plot",
  setup(made) {
    made.onLoad({ filter: /@observablehq[\\/]plot[\\/]src[\\/]plot\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace(/\.call\(\(svg\) =>\s+\/\/[^\n]*\s+svg\.append\("style"\)\.text\([\s\S]*?`\s*\)\s*\)/, "");
      if (contents.includes('append("style")')) throw new Error("Plot writes its style elsewhere by now");
      return { contents, loader: "js" };
    });
  },
};

async function bundle(entry) {
  // One run per entry: a surface loads one file at first, and only lazy imports become chunks. A worker
  // is one file for good, and no module: older browsers know no others.
  const isWorker = workers.includes(entry);
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`src/${entry}`],
    outdir: out,
    bundle: true,
    minify: true,
    splitting: !isWorker,
    format: isWorker ? "iife" : "esm",
    target,
    metafile: true,
    plugins: [plainPlot],
    legalComments: "none", // the licences stand in licences.txt
    loader: { ".woff2": "file", ".svg": "file", ".png": "file", ".wasm": "file" },
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[name]-[hash]",
    assetNames: "[name]-[hash]",
    logLevel: "warning",
  });
  return result.metafile.outputs;
}

function entriesOf(outputs) {
  const found = {};
  for (const [path, output] of Object.entries(outputs)) {
    const inputs = Object.keys(output.inputs);
    if (output.entryPoint) {
      found[basename(output.entryPoint).replace(/\.ts$/, ".js")] = basename(path);
    } else if (inputs.length === 1 && !/\.(js|css)$/.test(path)) {
      found[basename(inputs[0])] = basename(path); // a font or picture named by a style sheet
    }
  }
  return found;
}

async function symbolOf(name) {
  const file = join(here, "node_modules", "lucide-static", "icons", `${name}.svg`);
  const svg = await readFile(file, "utf8").catch(() => {
    throw new Error(`the icons ask for "${name}", which is not a Lucide icon`);
  });
  const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  // The width of the stroke is left to the style sheet.
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
    `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
}

async function sprite(from) {
  const list = await readFile(join(here, "src", `${from}.txt`), "utf8");
  const names = list.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const symbols = await Promise.all([...new Set(names)].sort().map(symbolOf));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const hash = createHash("sha256").update(svg).digest("hex").slice(0, 8).toUpperCase();
  await writeFile(join(out, `${from}-${hash}.svg`), svg);
  return { [`${from}.svg`]: `${from}-${hash}.svg` };
}

// The posters' faces: a WOFF is a TrueType font with each of its tables packed.
function unpacked(woff) {
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, each) => {
    const at = 44 + 20 * each;
    const [from, packed, length] = [4, 8, 12].map((more) => woff.readUInt32BE(at + more));
    const bytes = woff.subarray(from, from + packed);
    return { tag: woff.subarray(at, at + 4), sum: woff.subarray(at + 16, at + 20), data: packed < length ? inflateSync(bytes) : bytes };
  });
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  [count, power * 16, Math.log2(power), (count - power) * 16].forEach((value, each) => head.writeUInt16BE(value, 4 + 2 * each));
  const parts = [head];
  let place = head.length;
  tables.forEach(({ tag, sum, data }, each) => {
    tag.copy(head, 12 + 16 * each);
    sum.copy(head, 16 + 16 * each);
    head.writeUInt32BE(place, 20 + 16 * each);
    head.writeUInt32BE(data.length, 24 + 16 * each);
    const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
    parts.push(data, padding);
    place += data.length + padding.length;
  });
  return Buffer.concat(parts);
}

async function posterFaces() {
  const files = join(here, "node_modules", "@fontsource", "inter", "files");
  const found = await Promise.all(Object.entries({ regular: 400, bold: 700 }).map(async ([name, weight]) => {
    const face = unpacked(await readFile(join(files, `inter-latin-${weight}-normal.woff`)));
    const hash = createHash("sha256").update(face).digest("hex").slice(0, 8).toUpperCase();
    await writeFile(join(out, `poster-${name}-${hash}.ttf`), face);
    return [`poster-${name}.ttf`, `poster-${name}-${hash}.ttf`];
  }));
  return Object.fromEntries(found);
}

// What a package has built into it besides its own code.
const inside = {
  "zxing-wasm": "zxing_reader.wasm is made of ZXing-C++, by its authors, and of the part of zxing-wasm that\n" +
    "joins the two: both under the Apache License 2.0, whose text stands under qr.",
};

async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const texts = await Promise.all(Object.entries(dependencies).map(async ([name, version]) => {
    const text = await readFile(join(here, "node_modules", name, "LICENSE"), "utf8");
    const more = inside[name] ? `${inside[name]}\n\n` : "";
    return `${name} ${version}\n\n${more}${text.trim()}\n`;
  }));
  await writeFile(join(out, "licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
}

async function compress() {
  const names = (await readdir(out)).filter((name) => /\.(css|js|svg|wasm)$/.test(name));
  await Promise.all(names.map(async (name) => {
    const plain = await readFile(join(out, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    await writeFile(join(out, `${name}.br`), await promisify(brotliCompress)(plain, { params }));
    await writeFile(join(out, `${name}.gz`), await promisify(gzip)(plain, { level: 9 }));
  }));
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const entries = [...surfaces.flatMap((surface) => [`${surface}.css`, `${surface}.ts`]), ...more, ...workers];
const bundles = await Promise.all(entries.map(bundle));
const manifest = Object.assign({}, ...bundles.map(entriesOf), await sprite("icons"), await sprite("icons-card"), await sprite("icons-stamps"), await posterFaces());
await licences();
const sorted = Object.fromEntries(Object.entries(manifest).sort());
await writeFile(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 1)}\n`);
await compress();
