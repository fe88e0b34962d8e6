-- The same request again and again, each for a line drawn by chance, POSTs under a key that nobody
-- has used. Arguments: lines, run, method, path, body, headers.
local lines, headers, run, sent = {}, {}, "", 0
local method, path, body

function init(arguments)
  for line in io.lines(arguments[1]) do
    local fields, count = {}, 0
    for field in line:gmatch("[^\t]+") do
      count = count + 1
      fields[tostring(count)] = field
    end
    lines[#lines + 1] = fields
  end
  run, method, path, body = arguments[2], arguments[3], arguments[4], arguments[5]
  for number = 6, #arguments do
    local name, value = arguments[number]:match("^(.-): (.*)$")
    headers[name] = value
  end
  math.randomseed(os.time())
end

local function filled(text, fields)
  return (text:gsub("%$(%d)", fields))
end

function request()
  sent = sent + 1
  local fields, given = lines[math.random(#lines)], {}
  for name, value in pairs(headers) do given[name] = filled(value, fields) end
  if method == "POST" then given["Idempotency-Key"] = run .. "-" .. sent end
  return wrk.format(method, filled(path, fields), given, filled(body, fields))
end

function done(summary, latency, _)
  local wrong = summary.errors
  print(string.format(
    '{"answers":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f,"max_ms":%f}',
    summary.requests, summary.duration / 1e6, wrong.status,
    wrong.connect + wrong.read + wrong.write + wrong.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
