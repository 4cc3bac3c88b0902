-- Buckets that fill evenly. KEYS: for each, the moment at which it will be full, in microseconds.
-- ARGV: "take" or "return", then for each bucket how much it holds, and microseconds in which it
-- fills from empty. Takes one from each, or from none where one has none left.
-- Answers: whether it was taken, microseconds until it can be, and which bucket had none (from 1).
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local after = {}
for i, key in ipairs(KEYS) do
  local holds, fills = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local each = fills / holds
  local full = math.max(now, tonumber(redis.call('GET', key) or '0'))
  if ARGV[1] == 'return' then
    after[i] = math.max(now, full - each)
  else
    after[i] = full + each
    -- Half a microsecond: what dividing loses.
    if after[i] - now > fills + 0.5 then
      return {0, math.ceil(after[i] - now - fills), i}
    end
  end
end
for i, key in ipairs(KEYS) do
  if after[i] > now then
    redis.call('SET', key, string.format('%.1f', after[i]), 'PX', math.ceil((after[i] - now) / 1000) + 1)
  else
    redis.call('DEL', key)
  end
end
return {1, 0, 0}
