-- One body per line comes in on standard input; they are sent in turn, over and over, from line `first` on.

local requests = {}
local next_request

function init(arguments)
  for body in io.stdin:lines() do
    requests[#requests + 1] = wrk.format("POST", nil, nil, body)
  end
  next_request = tonumber(arguments[1]) % #requests
end

function request()
  local current = requests[next_request + 1]
  next_request = (next_request + 1) % #requests
  return current
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answers":%d,"microseconds":%d,"p99Microseconds":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
