-- Transfers from a file of requests made beforehand: wrk … -s wrk-transfer.lua URL -- FILE THREADS
-- The file has the path in its first line and a body in each of the others, which the threads share out among themselves.
-- An answer counts as failed unless it is a 200 that says "success". The result is a line of its own, for wrk-output.ts.

local threads = {}

function setup(thread)
  thread:set("thread_index", #threads)
  table.insert(threads, thread)
end

function init(args)
  failed = 0
  first_failure = ""
  requests = {}
  next_request = 0
  local lines = io.lines(args[1])
  local path = lines()
  local thread_count = tonumber(args[2])
  local headers = { ["Content-Type"] = "application/json" }
  local index = 0
  for body in lines do
    if index % thread_count == thread_index then
      table.insert(requests, wrk.format("POST", path, headers, body))
    end
    index = index + 1
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function response(status, headers, body)
  if status == 200 and string.find(body, '"status":"success"', 1, true) then return end
  if failed == 0 then first_failure = status .. " " .. string.sub(body, 1, 300) end
  failed = failed + 1
end

function done(summary, latency, requests)
  local failed = 0
  local first_failure = ""
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("failed")
    if first_failure == "" then first_failure = thread:get("first_failure") end
  end
  local errors = summary.errors
  io.write(string.format(
    "RESULT requests=%d micros=%d p50=%d p99=%d failed=%d connect=%d read=%d write=%d timeout=%d first=%s\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed, errors.connect, errors.read, errors.write, errors.timeout, string.gsub(first_failure, "%s+", " ")
  ))
end
