-- One visit a request: a card by chance, a key that nobody has used. Arguments: codes, key, run,
-- and what is sold.
local codes, headers, run, sold, sent = {}, {}, "", "", 0

function init(arguments)
  for code in io.lines(arguments[1]) do codes[#codes + 1] = code end
  headers["Authorization"] = "Bearer " .. arguments[2]
  headers["Content-Type"] = "application/json"
  run, sold = arguments[3], arguments[4]
  math.randomseed(os.time())
end

function request()
  sent = sent + 1
  headers["Idempotency-Key"] = run .. "-" .. sent
  local body = '{"scan":"' .. codes[math.random(#codes)] .. '",' .. sold .. "}"
  return wrk.format("POST", "/api/v1/visits", headers, body)
end

function done(summary, latency, _)
  local wrong = summary.errors
  print(string.format(
    '{"answers":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f,"max_ms":%f}',
    summary.requests, summary.duration / 1e6, wrong.status,
    wrong.connect + wrong.read + wrong.write + wrong.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
