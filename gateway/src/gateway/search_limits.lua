-- One bucket that fills evenly. KEYS[1]: the moment at which it will be full, in microseconds.
-- ARGV: how much it holds, microseconds in which it fills from empty.
-- Answers: whether something was taken, what is left, microseconds until there is something,
-- microseconds until it is full.
local holds, fills = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local each = fills / holds
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local after = full + each
-- Half a microsecond: what dividing loses.
if after - now > fills + 0.5 then
  return {0, 0, math.ceil(after - now - fills), math.ceil(full - now)}
end
redis.call('SET', KEYS[1], string.format('%.1f', after), 'PX', math.ceil((after - now) / 1000) + 1)
return {1, math.floor((fills - (after - now)) / each + 0.001), 0, math.ceil(after - now)}
