// Draws what stands in the table beside it; without this the table itself is there, and it stays.
import { areaY, barX, barY, lineY, plot, ruleY, text } from "@observablehq/plot";

const NUMBERS = new Intl.NumberFormat(document.documentElement.lang);

interface Row {
  name: string;
  at: string;
  values: number[];
}

const INK = "var(--ink-2)";
const BRAND = "var(--brand)";
const OTHER = "var(--line-strong)";
const LINE = "var(--line)";
const LETTERS = 12; // pixels, also on a phone: the drawing is as wide as its place

function counted(value: number): string {
  return Number.isInteger(value) ? NUMBERS.format(value) : "";
}

function rowsOf(table: HTMLTableElement): Row[] {
  return Array.from(table.tBodies[0]?.rows ?? [], (row) => {
    const [name, ...cells] = Array.from(row.cells);
    return {
      name: name?.textContent?.trim() ?? "",
      at: name?.dataset["v"] ?? name?.textContent?.trim() ?? "",
      values: cells.map((cell) => Number(cell.dataset["v"] ?? 0)),
    };
  });
}

function common(width: number): object {
  return { width, height: Math.min(260, Math.max(200, width / 2.4)), marginLeft: 40, marginBottom: 30, style: { fontSize: `${LETTERS}px`, color: INK, background: "none" } };
}

/** New visits below, returning ones on them. */
function stack(rows: Row[], width: number): Element {
  const parts = rows.flatMap((row) => [
    { ...row, value: row.values[0] ?? 0, fill: BRAND },
    { ...row, value: row.values[1] ?? 0, fill: OTHER },
  ]);
  const every = Math.ceil(rows.length / Math.max(2, Math.floor(width / 72)));
  const seen = rows.filter((_, place) => place % every === 0).map((row) => row.at);
  const short = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
  return plot({
    ...common(width),
    x: { domain: rows.map((row) => row.at), label: null, ticks: seen, tickFormat: (at: string) => short.format(new Date(at)), tickSize: 0, padding: .2 },
    y: { grid: true, label: null, ticks: 4, tickSize: 0, tickFormat: counted },
    marks: [barY(parts, { x: "at", y: "value", fill: "fill", title: (part: Row & { value: number }) => `${part.name}: ${part.value}` }), ruleY([0], { stroke: LINE })],
  });
}

/** A share that grows by days, in steps, with its band. */
function curve(rows: Row[], width: number): Element {
  const steps = [{ day: 0, share: 0, low: 0, high: 0 }, ...rows.map((row) => ({ day: Number(row.at), share: row.values[0] ?? 0, low: row.values[1] ?? 0, high: row.values[2] ?? 0 }))];
  return plot({
    ...common(width),
    x: { label: null, ticks: width < 420 ? 4 : 7, tickSize: 0 },
    y: { grid: true, label: null, domain: [0, 100], ticks: 5, tickSize: 0, tickFormat: (value: number) => `${value}%` },
    marks: [
      areaY(steps, { x: "day", y1: "low", y2: "high", fill: BRAND, fillOpacity: .15, curve: "step-after" }),
      lineY(steps, { x: "day", y: "share", stroke: BRAND, strokeWidth: 2, curve: "step-after" }),
      ruleY([0], { stroke: LINE }),
    ],
  });
}

/** How something is spread over classes. */
function columns(rows: Row[], width: number): Element {
  return plot({
    ...common(width),
    x: { domain: rows.map((row) => row.at), label: null, tickSize: 0, padding: .15, tickRotate: width < 70 * rows.length ? -40 : 0 },
    y: { grid: true, label: null, ticks: 4, tickSize: 0, tickFormat: counted },
    ...(width < 70 * rows.length ? { marginBottom: 54 } : {}),
    marks: [barY(rows, { x: "at", y: (row: Row) => row.values[0] ?? 0, fill: BRAND, title: (row: Row) => `${row.name}: ${row.values[0]}` }), ruleY([0], { stroke: LINE })],
  });
}

/** Names with a bar each, and what it was before as a mark. */
function bars(rows: Row[], width: number): Element {
  return plot({
    ...common(width),
    height: 34 * rows.length + 10,
    marginLeft: 116,
    marginBottom: 4,
    marginRight: 44,
    x: { axis: null },
    y: { domain: rows.map((row) => row.name), label: null, tickSize: 0, padding: .3 },
    marks: [
      barX(rows, { y: "name", x: (row: Row) => row.values[0] ?? 0, fill: BRAND, title: (row: Row) => `${row.name}: ${row.values[0]}` }),
      text(rows, { y: "name", x: (row: Row) => row.values[0] ?? 0, text: (row: Row) => counted(row.values[0] ?? 0), textAnchor: "start", dx: 6, fill: "var(--ink)" }),
    ],
  });
}

const KINDS: Record<string, (rows: Row[], width: number) => Element> = { stack, curve, columns, bars };

function draw(figure: HTMLElement): void {
  const place = figure.querySelector<HTMLElement>(".plot");
  const table = figure.querySelector("table");
  const kind = KINDS[figure.dataset["chart"] ?? ""];
  if (!place || !table || !kind) return;
  const width = Math.floor(place.clientWidth);
  if (!width || place.dataset["width"] === String(width)) return;
  place.dataset["width"] = String(width);
  const rows = rowsOf(table);
  place.replaceChildren(...(rows.length ? [kind(rows, width)] : []));
}

const watch = new ResizeObserver((entries) => {
  for (const entry of entries) draw(entry.target.closest<HTMLElement>("[data-chart]") as HTMLElement);
});
for (const place of document.querySelectorAll<HTMLElement>("[data-chart] .plot")) watch.observe(place);
