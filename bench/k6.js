// The same load as wrk.lua, for machines that have no wrk.
import http from "k6/http";
import exec from "k6/execution";

const codes = open(__ENV.CODES).trim().split("\n");
const headers = { Authorization: `Bearer ${__ENV.KEY}`, "Content-Type": "application/json" };

export const options = {
  vus: Number(__ENV.CONNECTIONS),
  duration: `${__ENV.SECONDS}s`,
  summaryTrendStats: ["med", "p(99)", "max"],
};

export default function () {
  const scan = codes[Math.floor(Math.random() * codes.length)];
  const body = `{"scan":"${scan}",${__ENV.SOLD}}`;
  const key = `${__ENV.RUN}-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
  http.post(`${__ENV.URL}/api/v1/visits`, body, { headers: { ...headers, "Idempotency-Key": key } });
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
