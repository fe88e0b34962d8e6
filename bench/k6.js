// The same load as wrk.lua, for machines that have no wrk.
import http from "k6/http";
import exec from "k6/execution";

const lines = open(__ENV.LINES).trim().split("\n").map((line) => line.split("\t"));
const headers = Object.entries(JSON.parse(__ENV.HEADERS));

export const options = {
  vus: Number(__ENV.CONNECTIONS),
  duration: `${__ENV.SECONDS}s`,
  summaryTrendStats: ["med", "p(99)", "max"],
};

function filled(text, fields) {
  return text.replace(/\$(\d)/g, (_, number) => fields[number - 1]);
}

export default function () {
  const fields = lines[Math.floor(Math.random() * lines.length)];
  const given = Object.fromEntries(headers.map(([name, value]) => [name, filled(value, fields)]));
  if (__ENV.METHOD === "POST") {
    given["Idempotency-Key"] = `${__ENV.RUN}-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
  }
  const body = __ENV.BODY ? filled(__ENV.BODY, fields) : null;
  // One name for all addresses: else k6 keeps figures for each of them.
  const more = { headers: given, redirects: 0, tags: { name: "asked" } };
  http.request(__ENV.METHOD, filled(__ENV.URL, fields), body, more);
}

export function handleSummary(data) {
  const { http_reqs: requests, http_req_failed: failed, http_req_duration: took } = data.metrics;
  const line = {
    answers: requests.values.count,
    seconds: requests.values.count / requests.values.rate,
    refused: failed.values.passes,
    broken: 0,
    p50_ms: took.values.med,
    p99_ms: took.values["p(99)"],
    max_ms: took.values.max,
  };
  return { stdout: JSON.stringify(line) + "\n" };
}
